/** What a plan, a publication or its refusal looks like. */
import { type Answer, type PlanShown, Refusal } from '../control/client.ts';
import { print, printAside, printJson, style, styleAside } from './output.ts';
import { problemsText, summaryText } from './problems.ts';

/** The changes of the tables, a line each; those that old versions can't live with are marked. */
export function planText(plan: PlanShown | null, withSql = false): string {
  if (plan === null || plan.changes.length === 0) return 'The tables stay as they are.';
  return plan.changes
    .flatMap(({ additive, description, sql }) => [
      additive
        ? `${style('green', '+')} ${description}`
        : `${style('yellow', '!')} ${description} ${style('yellow', '(not additive)')}`,
      ...(withSql ? sql.map((text) => `    ${text.replaceAll('\n', '\n    ')}`) : []),
    ])
    .join('\n');
}

/** Shows a publication that was accepted. */
export function showPublished(answer: Answer<'publish'>, files: ReadonlyMap<string, string>, where: string): void {
  if (answer.problems.length > 0) print(`${problemsText(answer.problems, files)}\n\n${summaryText(answer.problems)}`);
  if (answer.plan !== null && answer.plan.changes.length > 0) print(planText(answer.plan));
  print(`${answer.version} ${answer.unchanged ? 'is in force already' : style('green', 'is in force')} in ${where}`);
}

/** Shows why the server refused, with the problems and the plan that it sent along. Answers false for anything but a refusal. */
export function showRefusal(error: unknown, files: ReadonlyMap<string, string>, json: boolean): boolean {
  if (!(error instanceof Refusal)) return false;
  const { problems = [], plan } = error.payload;
  if (json) {
    printJson({ success: false, code: error.code, error: error.message, problems, plan: plan ?? null });
    return true;
  }
  if (problems.length > 0) print(`${problemsText(problems, files)}\n`);
  if (plan !== undefined && plan !== null) print(`${planText(plan)}\n`);
  printAside(`${styleAside('red', 'refused')} ${error.message}`);
  return true;
}
