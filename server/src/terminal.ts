/** What a person reads at the start, on the terminal and never in the log. */
import type { Problem } from '@ashlar/engine';
import type { ServedEnvironment, Snapshot } from './domains/publishing/index.ts';

/** Takes a text for the person at the terminal. */
export type Terminal = (text: string) => void;

/** Writes to standard output. */
export const standardTerminal: Terminal = (text) => void process.stdout.write(`${text}\n`);

/** A line that is written over again; only where standard output is a terminal. */
export const terminalProgress: Terminal = (line) => {
  if (process.stdout.isTTY === true) process.stdout.write(`\r\u001b[K${line.slice(0, Math.max(0, process.stdout.columns - 1))}`);
};

/** How far a publication is, in one line: `seeds/order.jsonl  [######----] 60 %  order, 6000 rows`. */
export function progressLine(progress: Readonly<Record<string, unknown>>): string {
  const { phase, file, table, rows, bytes, totalBytes, description, done, total } = progress;
  if (phase !== 'seeds') return `${String(description)} (${String(done)} of ${String(total)} done)`;
  const share =
    typeof bytes === 'number' && typeof totalBytes === 'number' && totalBytes > 0 ? Math.min(1, bytes / totalBytes) : 0;
  const full = Math.round(share * 20);
  return `${String(file)}  [${'#'.repeat(full)}${'-'.repeat(20 - full)}] ${Math.round(share * 100)} %  ${String(table)}, ${String(rows)} rows`;
}

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
  for (const [environment, paths] of byEnvironment)
    lines.push(`  ${environment.workspace} (${environment.name})`, ...paths.sort());
  return lines.join('\n');
}

/** How to call the control API. The key itself is shown once, at the start that made it. */
export function keyLines(key: {
  readonly generated: string | null;
  readonly file: string | null;
  readonly given: boolean;
}): string {
  if (key.given) return '  Admin key: the one of ASHLAR_ADMIN_KEY';
  if (key.generated !== null)
    return `  Admin key: ${key.generated}\n  It is shown this once and kept in ${key.file ?? 'no file'}`;
  if (key.file !== null) return `  Admin key: in ${key.file}`;
  return '  Admin key: made at the first start, in the data folder of the node that made it; ASHLAR_ADMIN_KEY sets a new one';
}
