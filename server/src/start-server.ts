/** Composes the server out of its parts, starts it, and stops it in order. */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, systemClock } from './base/clock.ts';
import { createSealer, hashPassword, keyFromFile, type Sealer } from './base/crypto/index.ts';
import { createLog, type Log } from './base/log/index.ts';
import { openPostgres, type Postgres, StartError } from './base/postgres/index.ts';
import type { AnyCall } from './control/define.ts';
import { accessCalls, verifyToken } from './domains/access/index.ts';
import { environmentCalls, sealAtRest } from './domains/environments/index.ts';
import { type AdminKey, openAdminKey } from './domains/identity/index.ts';
import { Publishing, publishingCalls, type Stage } from './domains/publishing/index.ts';
import { createSchemaChanges } from './domains/tables/index.ts';
import { createTelemetry, type MachineReader, type Telemetry, telemetryCalls } from './domains/telemetry/index.ts';
import { workspaceCalls } from './domains/workspaces/index.ts';
import { type ClientLimits, createGateway, type Gateway } from './gateway/index.ts';
import { createRuntime } from './runtime/index.ts';
import { publishFolders } from './serve-folders.ts';
import type { Settings } from './settings.ts';
import { addressLines, keyLines, type Terminal } from './terminal.ts';

export interface StartOptions {
  readonly settings: Settings;
  readonly clock?: Clock;
  readonly log?: Log;
  /** Texts for a person: addresses, problems of folders, the generated key. Nobody by default. */
  readonly terminal?: Terminal;
  /** One line that changes while seeds are read; '' takes it away. Nobody by default. */
  readonly progress?: Terminal;
  /** Where the folders are published to; `dev` by default. */
  readonly environment?: string;
  /** Milliseconds that the person has waited before, for what is said of the start; 0 by default. */
  readonly elapsedMs?: number;
  /** For tests: false does not listen to notifications. */
  readonly listen?: boolean;
  /** For tests: called between the stages of a publication. */
  readonly onStage?: (stage: Stage) => void | Promise<void>;
  /** For tests: false syncs nothing to disk. */
  readonly durable?: boolean;
  /** For tests: false readings of the machine. */
  readonly machine?: MachineReader;
  /** For tests: shorter time limits for slow clients. */
  readonly clientLimits?: Partial<ClientLimits>;
}

export interface RunningServer {
  readonly url: string;
  /** The generated admin key, at the start that made it; null otherwise. */
  readonly adminKey: string | null;
  readonly publishing: Publishing;
  /** Refuses new requests, finishes those under way for up to `graceMs`, closes everything. Can be called twice. */
  stop(graceMs?: number): Promise<void>;
}

/** Milliseconds that requests under way get when the server stops. */
const stopGraceMs = 10_000;

/** Starts the server. Throws StartError when a person has to change something, after everything is closed again. */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const { settings, clock = systemClock, log = createLog() } = options;
  const startedAt = clock.monotonic() - (options.elapsedMs ?? 0);
  const closers: (() => Promise<unknown>)[] = [];
  try {
    if (settings.redisUrl !== null) log.warn('REDIS_URL is kept for later: caches and limits are per node');
    await makeDataFolder(settings.data.path);
    const { clientLimits } = options;
    const gateway = createGateway({ settings, clock, log, ...(clientLimits === undefined ? {} : { clientLimits }) });
    closers.push(() => gateway.stop(0));
    // First of all: from here on whoever asks for the node's health is told that it is starting.
    const { url } = await listen(gateway, settings);
    const postgres = await openPostgres({
      settings,
      dataPath: settings.data.path,
      clock,
      log,
      ...(options.durable === undefined ? {} : { durable: options.durable }),
    });
    closers.push(() => postgres.stop());
    return await startOn(postgres, options, { clock, log, startedAt, closers, gateway, url });
  } catch (error) {
    await closeAll(closers, log);
    throw error;
  }
}

interface Start {
  readonly clock: Clock;
  readonly log: Log;
  readonly startedAt: number;
  readonly gateway: Gateway;
  readonly url: string;
  /** What to close, in the order of opening. */
  readonly closers: (() => Promise<unknown>)[];
}

async function startOn(postgres: Postgres, options: StartOptions, start: Start): Promise<RunningServer> {
  const { settings, terminal = () => undefined, progress = () => undefined } = options;
  const { clock, log, closers, gateway, url } = start;
  const sealer = await openSealer(settings, postgres, log);
  await sealAtRest(postgres, sealer);
  const adminKey = await openAdminKey({ postgres, dataPath: settings.data.path, given: settings.adminKey });
  const publishing = new Publishing({
    postgres,
    sealer,
    log,
    schema: createSchemaChanges(postgres, hashPassword),
    listen: options.listen ?? true,
    onStage: options.onStage ?? (() => undefined),
  });
  closers.push(() => publishing.stop());
  const telemetry = createTelemetry({
    clock,
    postgres,
    dataPath: settings.data.path,
    ...(options.machine === undefined ? {} : { machine: options.machine }),
  });
  closers.push(async () => telemetry.stop());
  const ports = new Set([Number(new URL(url).port || 80)]);
  const runtime = createRuntime({ postgres, settings, clock, log, telemetry, ownPorts: () => ports });
  closers.push(() => runtime.stop());
  gateway.serve({
    snapshots: publishing.snapshots,
    runtime,
    telemetry,
    calls: controlCalls({ postgres, publishing, sealer, telemetry, clock }),
    identity: adminKey,
    verifyToken,
    trouble: () => (postgres.ready ? null : 'the database can not be reached'),
  });
  let graceMs = 0;
  // Before everything that requests need is closed, they end.
  closers.push(() => gateway.stop(graceMs));
  await publishing.recover();
  await publishFolders({
    publishing,
    folders: settings.workspaces,
    environment: options.environment ?? 'dev',
    log,
    terminal,
    progress,
  });
  await publishing.start();
  gateway.setReady();
  announce(url, publishing, adminKey, clock.monotonic() - start.startedAt, terminal);
  let stopping: Promise<void> | undefined;
  return {
    url,
    adminKey: adminKey.generated,
    publishing,
    stop: (grace = stopGraceMs) => {
      graceMs = grace;
      stopping ??= closeAll(closers, log);
      return stopping;
    },
  };
}

/** Every call of the control API, by domain. */
export function controlCalls(parts: {
  readonly postgres: Postgres;
  readonly publishing: Publishing;
  readonly sealer: Sealer;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
}): readonly AnyCall[] {
  const { postgres, publishing, sealer, telemetry, clock } = parts;
  const refresh = () => publishing.refresh();
  return [
    ...workspaceCalls({ postgres }),
    ...environmentCalls({
      postgres,
      sealer,
      refresh,
      declared: async ({ versionId }) => (versionId === null ? new Map() : (await publishing.workspaceOf(versionId)).env),
    }),
    ...accessCalls({
      postgres,
      sealer,
      clock,
      refresh,
      authTables: async ({ versionId }) =>
        versionId === null
          ? []
          : [...(await publishing.workspaceOf(versionId)).tables.values()].filter(({ auth }) => auth).map(({ name }) => name),
    }),
    ...publishingCalls({ postgres, publishing }),
    ...telemetryCalls(telemetry, postgres),
  ];
}

async function makeDataFolder(path: string): Promise<void> {
  try {
    // 0711: the embedded database's account has to pass through; what is secret in here has modes of its own.
    const made = await mkdir(path, { recursive: true, mode: 0o711 });
    // It often lies in a repository: neither a database nor a key is ever to be committed.
    if (made !== undefined) await writeFile(join(path, '.gitignore'), '*\n');
  } catch (error) {
    throw new StartError(`The data folder ${path} can't be made: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

/** The key that seals secrets: given, or of a file where the database is this folder's own. */
async function openSealer(settings: Settings, postgres: Postgres, log: Log): Promise<Sealer> {
  if (settings.secretKey !== null) return createSealer(createHash('sha256').update(settings.secretKey).digest());
  if (postgres.embedded) return createSealer(await keyFromFile(join(settings.data.path, 'secret-key')));
  log.warn(
    'token keys, passwords of roles and values of variables are kept unsealed in the control database, and secret variables can not be set; ASHLAR_SECRET_KEY, the same on every node, seals them',
  );
  return createSealer(null);
}

async function listen(gateway: Gateway, { host, port }: Settings): Promise<{ readonly url: string }> {
  try {
    return await gateway.listen();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE')
      throw new StartError(`Port ${port} on ${host} is taken; set PORT to another one (0 takes a free one).`);
    if (code === 'EACCES')
      throw new StartError(`Port ${port} on ${host} is not allowed for this account; set PORT to 1024 or more.`);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new StartError(`${host} is no address of this machine; set HOST.`);
    throw error;
  }
}

function announce(url: string, publishing: Publishing, key: AdminKey, tookMs: number, terminal: Terminal): void {
  terminal(`\nAshlar is ready after ${(tookMs / 1000).toFixed(1)} s\n${addressLines(url, publishing.snapshots.current)}`);
  terminal(keyLines(key));
}

/** Closes in the opposite order of opening; one that fails does not keep the others open. */
async function closeAll(closers: (() => Promise<unknown>)[], log: Log): Promise<void> {
  for (let close = closers.pop(); close !== undefined; close = closers.pop()) {
    try {
      await close();
    } catch (error) {
      log.warn('a part could not be closed', { reason: error instanceof Error ? error.message : String(error) });
    }
  }
}
