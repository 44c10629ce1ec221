/** What a person reads at the start, on the terminal and never in the log. */
import type { Problem } from '@ashlar/engine';
import type { ServedEnvironment, Snapshot } from './domains/publishing/index.ts';

/** Takes a text for the person at the terminal. */
export type Terminal = (text: string) => void;

/** Writes to standard output. */
export const standardTerminal: Terminal = (text) => void process.stdout.write(`${text}\n`);

/** One line a problem: `apis/x.get.jsonc:3:14 error unknown_column …`, its hint below. */
export function problemLines(problems: readonly Problem[]): string {
  return problems
    .map((problem) => {
      const place = `${problem.file}:${problem.line}:${problem.column}`;
      const hint = problem.hint === undefined ? '' : `\n      ${problem.hint}`;
      return `  ${place}  ${problem.severity} ${problem.code}\n      ${problem.message}${hint}`;
    })
    .join('\n');
}

/** Addresses of a served instance: the groups of each workspace with their documentation. */
export function addressLines(url: string, snapshot: Snapshot | undefined): string {
  const lines = [`  ${url}`, `  ${url}/openapi.json`];
  const byEnvironment = new Map<ServedEnvironment, string[]>();
  for (const [path, group] of snapshot?.groups ?? []) {
    const paths = byEnvironment.get(group.environment) ?? [];
    byEnvironment.set(group.environment, paths);
    paths.push(group.definition.docs ? `    ${url}/api:${path}  (docs: ${url}/api:${path}/docs)` : `    ${url}/api:${path}`);
  }
  for (const [environment, paths] of byEnvironment) lines.push(`  ${environment.workspace} (${environment.name})`, ...paths.sort());
  return lines.join('\n');
}
