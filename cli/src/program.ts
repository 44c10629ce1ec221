/** All commands, and how each ends: with an exit code and, where it fails, one clear line. */
import { Command, CommanderError } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { exitCodes, Failure } from './failure.ts';
import { printAside, printJson, styleAside } from './terminal/output.ts';

/** Adds a command to the program. */
type AddCommand = (program: Command) => void;

/** The commands in the order of the help. Each is loaded when it is wanted: `start` needs none of the engine, `check` no client. */
const commands: Readonly<Record<string, () => Promise<AddCommand>>> = {
  start: async () => (await import('./commands/start.ts')).addStart,
  dev: async () => (await import('./commands/dev.ts')).addDev,
  new: async () => (await import('./commands/new.ts')).addNew,
  check: async () => (await import('./commands/check.ts')).addCheck,
  explain: async () => (await import('./commands/explain.ts')).addExplain,
  run: async () => (await import('./commands/run.ts')).addRun,
  plan: async () => (await import('./commands/plan.ts')).addPlan,
  push: async () => (await import('./commands/push.ts')).addPush,
  versions: async () => (await import('./commands/versions.ts')).addVersions,
  restore: async () => (await import('./commands/versions.ts')).addRestore,
  env: async () => (await import('./commands/env.ts')).addEnv,
  delete: async () => (await import('./commands/delete.ts')).addDelete,
};

/**
 * The command line, with the command that is asked for, or with all of them where it is none (help, a misspelt one). Actions end
 * by setting `process.exitCode`, or by throwing Failure.
 */
async function createProgram(asked: string | undefined): Promise<Command> {
  const program = new Command('ashlar')
    .description('Ashlar: function stacks, compiled and served from PostgreSQL')
    .version(packageJson.version)
    .exitOverride()
    .showHelpAfterError('("ashlar --help" lists the commands, "ashlar COMMAND --help" their options)')
    .addHelpText('after', '\nExit codes: 0 success, 1 problems or a refusal, 2 a wrong command or setting.');
  const one = asked !== undefined && Object.hasOwn(commands, asked) ? commands[asked] : undefined;
  for (const load of one === undefined ? Object.values(commands) : [one]) (await load())(program);
  return program;
}

/** Runs one command line (without node and script). Answers the exit code. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  try {
    const program = await createProgram(args[0]);
    await program.parseAsync([...args], { from: 'user' });
    return Number(process.exitCode ?? exitCodes.ok);
  } catch (error) {
    // Commander has said already what is wrong; help and version end the same way, with 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (!(error instanceof Failure)) throw error;
    if (args.includes('--json')) printJson({ success: false, code: error.code, error: error.message });
    else printAside(`${styleAside('red', 'error')} ${error.message}`);
    return error.exitCode;
  }
}
