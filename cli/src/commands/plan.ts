/** `ashlar plan`: what a push would do, without doing it. */
import type { Command } from 'commander';
import { exitCodes } from '../failure.ts';
import { clientOf, collect, envHelp, nameOf, type ServerOptions, withServer } from '../options.ts';
import { print, printJson, style } from '../terminal/output.ts';
import { problemsText, summaryText } from '../terminal/problems.ts';
import { planText, showRefusal } from '../terminal/publication.ts';
import { linkProblems } from '../workspace/check.ts';
import { readFolder } from '../workspace/folder.ts';

interface PlanOptions extends ServerOptions {
  readonly env: string;
  readonly drop: readonly string[];
  readonly sql?: true;
  readonly json?: true;
}

/** Adds the command. */
export function addPlan(program: Command): void {
  withServer(program.command('plan'))
    .description('show what a push would change')
    .argument('[folder]', 'workspace folder', '.')
    .requiredOption('--env <name>', envHelp)
    .option('--drop <name>', 'table or column that may be dropped: note, order.note (can be given several times)', collect, [])
    .option('--sql', 'show the SQL of each change')
    .option('--json', 'for programs')
    .action(plan);
}

async function plan(folder: string, options: PlanOptions): Promise<void> {
  const { files, skippedLinks } = await readFolder(folder);
  const target = { workspace: nameOf(files, folder), environment: options.env };
  const client = await clientOf(options);
  try {
    const given = await client.plan(target, { files, drops: options.drop });
    const answer = { ...given, problems: [...linkProblems(skippedLinks), ...given.problems] };
    if (!answer.publishable) process.exitCode = exitCodes.problems;
    if (options.json) return printJson({ success: answer.publishable, ...answer });
    if (answer.problems.length > 0) print(`${problemsText(answer.problems, files)}\n\n${summaryText(answer.problems)}\n`);
    if (answer.plan !== null || answer.publishable) print(planText(answer.plan, options.sql));
    if (!answer.publishable) print(style('red', 'A push would be refused.'));
    else if (answer.unchanged) print('The files are those of the version in force.');
  } catch (error) {
    if (!showRefusal(error, files, options.json === true)) throw error;
    process.exitCode = exitCodes.problems;
  }
}
