/** `ashlar explain`: what the compiler makes of a file's stack. */
import {
  type CompiledWorkspace,
  type ExplainSection,
  explainSections,
  explainStack,
  type StackToExplain,
  sectionText,
} from '@ashlar/engine';
import { type Command, Option } from 'commander';
import { exitCodes, Failure } from '../failure.ts';
import { print, printJson, style } from '../terminal/output.ts';
import { inOrder, problemsText, summaryText } from '../terminal/problems.ts';
import { checkFiles } from '../workspace/check.ts';
import { findRoot, readFolder } from '../workspace/folder.ts';

interface ExplainOptions {
  readonly section?: ExplainSection;
  readonly json?: true;
}

const titles: Readonly<Record<ExplainSection, string>> = {
  ast: 'AST: the steps as they were read',
  plan: 'Plan: names are slots, functions are statements',
  sql: 'SQL: each statement once, fixed at publish time',
  javascript: 'JavaScript: what runs',
  effects: 'Effects: what it may touch',
};

/** Adds the command. */
export function addExplain(program: Command): void {
  program
    .command('explain')
    .description('show AST, plan, SQL, JavaScript and effects of an endpoint, function or task')
    .argument('<file>', 'the file, inside its workspace folder')
    .addOption(new Option('--section <name>', 'only this one').choices([...explainSections]))
    .option('--json', 'for programs')
    .action(explain);
}

async function explain(file: string, options: ExplainOptions): Promise<void> {
  const { root, path } = findRoot(file);
  const { files } = await readFolder(root);
  const { compiled, problems, failed } = checkFiles(files);
  if (failed) {
    process.exitCode = exitCodes.problems;
    if (options.json) return printJson({ success: false, problems: inOrder(problems) });
    return print(`${problemsText(problems, files)}\n\n${summaryText(problems)}`);
  }
  const stacks = stacksOf(compiled, path);
  if (stacks.length === 0)
    throw new Failure(`${path} holds no stack; endpoints, functions, tasks and files that "stack" names do.`, 1, 'no_stack');
  const explained = stacks.map(explainStack);
  const sections = options.section === undefined ? explainSections : [options.section];
  if (options.json)
    return printJson(
      explained.map((one) => Object.fromEntries([['label', one.label], ...sections.map((name) => [name, one[name]] as const)])),
    );
  for (const one of explained) {
    print(`${style('bold', one.label)}  answers ${one.result}`);
    for (const section of sections) print(`\n${style(['bold', 'cyan'], titles[section])}\n\n${sectionText(one, section)}`);
  }
}

/** The stacks that stand in a file, or are read from it. */
function stacksOf({ endpoints, functions, tasks }: CompiledWorkspace, path: string): readonly StackToExplain[] {
  return [...endpoints, ...functions.values(), ...tasks.values()].filter(
    ({ definition }) => definition.source.path === path || definition.stack.steps.span.source.path === path,
  );
}
