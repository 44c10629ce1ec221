/** The server's entry: `node main.ts` starts it with the settings of the environment; as a module it gives `startServer`. */
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createLog } from './base/log/index.ts';
import { StartError } from './base/postgres/index.ts';
import { readSettings, SettingError, type Settings } from './settings.ts';
import { type RunningServer, startServer } from './start-server.ts';
import { standardTerminal, terminalProgress } from './terminal.ts';

export { readSettings, type Settings, settings } from './settings.ts';
export { controlCalls, type RunningServer, type StartOptions, startServer } from './start-server.ts';

/** Exit codes: a person has to change something; the server failed. */
const exitUsage = 2;
const exitFailed = 1;

/** Reads the settings; a bad one ends the process with one line. */
function settingsOrExit(): Settings {
  try {
    return readSettings(process.env, process.cwd());
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(exitUsage);
  }
}

/** Milliseconds since the command was given, by the launcher's word or by this process's own beginning. */
function elapsedMs(environment: NodeJS.ProcessEnv): number {
  const given = Number(environment.ASHLAR_STARTED_AT ?? Number.NaN);
  // Not a setting: it is gone before the settings are read, and no child sees it.
  delete environment.ASHLAR_STARTED_AT;
  const elapsed = Date.now() - given;
  return elapsed >= 0 && elapsed < startMsMost ? elapsed : performance.now();
}

/** A start that would have taken longer was begun by something else. */
const startMsMost = 600_000;

async function run(): Promise<void> {
  const elapsed = elapsedMs(process.env);
  const settings = settingsOrExit();
  const log = createLog();
  process.on('uncaughtException', (error) => {
    log.error('the server failed', { error });
    process.exit(exitFailed);
  });
  const starting = startServer({ settings, log, terminal: standardTerminal, progress: terminalProgress, elapsedMs: elapsed });
  stopOnSignals(starting, log.info);
  try {
    await starting;
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(error.exitCode);
  }
}

/** Milliseconds in which a second signal is the first again: npm and the terminal both pass Ctrl-C on. */
const sameSignalMs = 1_000;

/** The first signal stops in order, one after it at once. */
function stopOnSignals(starting: Promise<RunningServer>, say: (message: string) => void): void {
  let stoppingSince: number | null = null;
  const onSignal = (signal: 'SIGINT' | 'SIGTERM'): void => {
    const now = performance.now();
    if (stoppingSince !== null && now - stoppingSince < sameSignalMs) return;
    if (stoppingSince !== null) process.exit(signal === 'SIGINT' ? 130 : 143);
    stoppingSince = now;
    say(`stopping (${signal}); once more stops at once`);
    starting
      .then((server) => server.stop())
      .then(
        () => process.exit(0),
        () => process.exit(exitFailed),
      );
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  if (process.env.npm_lifecycle_event !== undefined) whenLeft(() => onSignal('SIGTERM'));
}

const lookEveryMs = 500;

/** npm hands SIGTERM to a shell that keeps it for itself: a server that `npm start` runs is told by its parent's end. */
function whenLeft(stop: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    stop();
  }, lookEveryMs);
  timer.unref();
}

/** Whether this file is what node was started with, also through a link. */
function isEntry(): boolean {
  const entry = process.argv[1];
  return entry !== undefined && realpathSync(entry) === fileURLToPath(import.meta.url);
}

if (isEntry()) await run();
