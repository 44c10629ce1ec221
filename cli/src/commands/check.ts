/** `ashlar check`: every problem of a folder at once, without a server. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { exitCodes } from '../failure.ts';
import { counted, print, printJson, style } from '../terminal/output.ts';
import { countProblems, inOrder, problemsText, summaryText } from '../terminal/problems.ts';
import { checkFiles, linkProblems } from '../workspace/check.ts';
import { fixFiles } from '../workspace/fix.ts';
import { readFolder } from '../workspace/folder.ts';

interface CheckOptions {
  readonly fix?: true;
  readonly json?: true;
}

/** Adds the command. */
export function addCheck(program: Command): void {
  program
    .command('check')
    .description('show every problem of a workspace folder')
    .argument('[folder]', 'workspace folder', '.')
    .option('--fix', 'rewrite names into their own spelling; comments stay')
    .option('--json', 'for programs')
    .action(check);
}

async function check(folder: string, options: CheckOptions): Promise<void> {
  const read = await readFolder(folder);
  const fixed = options.fix ? fixFiles(read.files) : { files: read.files, changed: [], fixes: 0 };
  for (const path of fixed.changed) await writeFile(join(read.root, path), fixed.files.get(path) ?? '');
  const { problems: found, failed } = checkFiles(fixed.files);
  const problems = [...linkProblems(read.skippedLinks), ...found];
  if (failed) process.exitCode = exitCodes.problems;
  if (options.json) {
    printJson({ success: !failed, ...countProblems(problems), fixed: fixed.changed, problems: inOrder(problems) });
    return;
  }
  if (fixed.fixes > 0) print(`${counted(fixed.fixes, 'place')} rewritten in ${fixed.changed.join(', ')}`);
  if (problems.length > 0) print(`${problemsText(problems, fixed.files)}\n\n${summaryText(problems)}`);
  else print(`${style('green', 'No problems')} in ${counted(fixed.files.size, 'file')}.`);
}
