/** All commands, and how each ends: with an exit code and, where it fails, one clear line. */
import { Command, CommanderError } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { addCheck } from './commands/check.ts';
import { addDelete } from './commands/delete.ts';
import { addDev } from './commands/dev.ts';
import { addEnv } from './commands/env.ts';
import { addExplain } from './commands/explain.ts';
import { addNew } from './commands/new.ts';
import { addPlan } from './commands/plan.ts';
import { addPush } from './commands/push.ts';
import { addRun } from './commands/run.ts';
import { addStart } from './commands/start.ts';
import { addRestore, addVersions } from './commands/versions.ts';
import { exitCodes, Failure } from './failure.ts';
import { printAside, printJson, styleAside } from './terminal/output.ts';

/** The command line. Actions end by setting `process.exitCode`, or by throwing Failure. */
function createProgram(): Command {
  const program = new Command('ashlar')
    .description('Ashlar: function stacks, compiled and served from PostgreSQL')
    .version(packageJson.version)
    .exitOverride()
    .showHelpAfterError('("ashlar --help" lists the commands, "ashlar COMMAND --help" their options)')
    .addHelpText('after', '\nExit codes: 0 success, 1 problems or a refusal, 2 a wrong command or setting.');
  for (const add of [
    addStart,
    addDev,
    addNew,
    addCheck,
    addExplain,
    addRun,
    addPlan,
    addPush,
    addVersions,
    addRestore,
    addEnv,
    addDelete,
  ])
    add(program);
  return program;
}

/** Runs one command line (without node and script). Answers the exit code. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync([...args], { from: 'user' });
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
