/** `ashlar new`: a small workspace to begin with. Asks on a terminal, takes options elsewhere. */
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { Failure, usageFailure } from '../failure.ts';
import { newWorkspaceFiles } from '../new/files.ts';
import { ownCommand, shellWord } from '../terminal/command.ts';
import { print, printJson } from '../terminal/output.ts';

interface NewOptions {
  readonly name?: string;
  readonly json?: true;
}

const slug = /^[a-z][a-z0-9-]{0,62}$/;
const slugRule = 'a lower-case letter, then letters, digits and hyphens';

/** Adds the command. */
export function addNew(program: Command): void {
  program
    .command('new')
    .description('make a workspace folder with a table, two endpoints, a function and a test')
    .argument('[folder]', 'folder to make; asked for on a terminal')
    .option('--name <slug>', `name of the workspace: ${slugRule} (default: the folder's)`)
    .option('--json', 'for programs')
    .action(createNew);
}

async function createNew(given: string | undefined, options: NewOptions): Promise<void> {
  const asks =
    process.stdin.isTTY && process.stdout.isTTY && !options.json && (given === undefined || options.name === undefined);
  const { folder, name } = asks ? await ask(given, options.name) : fromOptions(given, options.name);
  const root = resolve(folder);
  refuseFilled(root, folder);
  const files = newWorkspaceFiles(name);
  for (const [path, content] of files) {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content, { flag: 'wx' });
  }
  const next = `${ownCommand()} dev ${shellWord(relative(process.cwd(), root) || '.')}`;
  if (options.json) return printJson({ success: true, folder: root, name, files: [...files.keys()] });
  print(`${[...files.keys()].map((path) => `  ${join(folder, path)}`).join('\n')}\n${name} is made. Next: ${next}`);
}

function fromOptions(folder: string | undefined, name: string | undefined): { readonly folder: string; readonly name: string } {
  if (folder === undefined) throw usageFailure('Name the folder to make: ashlar new FOLDER.');
  const chosen = name ?? slugOf(folder);
  if (!slug.test(chosen)) throw usageFailure(`${JSON.stringify(chosen)} is no name of a workspace: ${slugRule}.`);
  return { folder, name: chosen };
}

async function ask(
  folder: string | undefined,
  name: string | undefined,
): Promise<{ readonly folder: string; readonly name: string }> {
  // Only here: the other commands start without loading it.
  const { intro, text } = await import('@clack/prompts');
  intro('A new workspace');
  const chosenFolder =
    folder ?? (await answered(text({ message: 'Which folder?', defaultValue: 'my-workspace', placeholder: 'my-workspace' })));
  const suggested = slugOf(chosenFolder);
  const chosenName =
    name ??
    (await answered(
      text({
        message: 'What is it called? Its addresses begin with /api:NAME.',
        defaultValue: suggested,
        placeholder: suggested,
        validate: (value) => (value === undefined || value === '' || slug.test(value) ? undefined : `Write ${slugRule}.`),
      }),
    ));
  return { folder: chosenFolder, name: chosenName };
}

/** What was typed; Ctrl-C ends the command. */
async function answered(prompt: Promise<string | symbol>): Promise<string> {
  const answer = await prompt;
  if (typeof answer === 'string') return answer;
  throw new Failure('Nothing was made.', 1, 'cancelled');
}

/** A folder's name as the name of a workspace. */
function slugOf(folder: string): string {
  const name = basename(resolve(folder))
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 63);
  return name === '' ? 'my-workspace' : name;
}

function refuseFilled(root: string, folder: string): void {
  // A repository that was just made has a .git, and that is no content.
  if (existsSync(root) && readdirSync(root).some((name) => name !== '.git'))
    throw new Failure(`${folder} is not empty.`, 1, 'folder_not_empty');
}
