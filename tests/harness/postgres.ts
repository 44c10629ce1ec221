/**
 * A real PostgreSQL for tests: one embedded cluster for each test file that asks, started when first asked for (about a second),
 * removed when the file is done. Databases are cheap (about 50 ms): make one for each test instead of cleaning up.
 *
 *     const postgres = await testPostgres();          // the Postgres of server/src/base/postgres, control database migrated
 *     const ref = await postgres.createDatabase();    // an environment's database with its roles
 *     const client = await postgres.lend(ref, 'app', 1_000);
 *     try { … } finally { client.release(); }
 *
 * In a file with `testPostgres()` nothing is to be stopped. `temporaryFolder()` is a folder that PostgreSQL's account can enter.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { systemClock } from '../../server/src/base/clock.ts';
import { type Log, silentLog } from '../../server/src/base/log/index.ts';
import { type OpenOptions, openPostgres, type Postgres } from '../../server/src/base/postgres/index.ts';

let shared: Promise<Postgres> | undefined;
let sharedFolder: string | undefined;

/** The cluster of this test file. */
export function testPostgres(): Promise<Postgres> {
  shared ??= start();
  return shared;
}

afterAll(async () => {
  await (await shared)?.stop();
  if (sharedFolder !== undefined) rmSync(sharedFolder, { recursive: true, force: true });
  shared = undefined;
});

function start(): Promise<Postgres> {
  sharedFolder = temporaryFolder();
  return openTestPostgres(sharedFolder);
}

/** One of your own, on a folder of your own: you stop it. */
export function openTestPostgres(
  dataPath: string,
  options: Partial<OpenOptions> & { readonly log?: Log } = {},
): Promise<Postgres> {
  return openPostgres({
    settings: { databaseUrl: null, data: { path: dataPath, explicit: true } },
    dataPath,
    clock: systemClock,
    log: silentLog,
    durable: false,
    ...options,
  });
}

/** A new folder under the system's temporary one; remove it afterwards. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ashlar-test-'));
  chmodSync(folder, 0o711);
  return folder;
}
