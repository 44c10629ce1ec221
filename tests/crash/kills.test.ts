/**
 * kill -9 of the server, of PostgreSQL and of both, under 16 writers. `TEST_SOAK=10` (npm run soak) kills 20 times, otherwise 6.
 * What was answered with 2xx is there once, what moves adds up, the server is back by itself, nothing is left running.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { isGone } from '../../server/src/base/postgres/embedded/processes.ts';
import { temporaryFolder } from '../harness/postgres.ts';
import { accounts, balancesOf, openingAmount, readBalances, readEntries, writeBank } from './bank.ts';
import {
  databaseProcesses,
  freePort,
  healthOf,
  killDatabase,
  postmasterOf,
  type ServerOptions,
  ServerProcess,
} from './server-process.ts';
import { startWriters, type Tally } from './writers.ts';

const soak = Number(process.env.TEST_SOAK ?? '1');
const kills = soak > 1 ? Math.max(20, 2 * soak) : 6;
const writers = 16;
/** From a kill to the first answered write. */
const backWithinMs = 20_000;
const victims = ['server', 'database', 'both', 'database'] as const;

let server: ServerProcess | undefined;
let folder: string | undefined;
afterEach(async () => {
  await server?.end('SIGKILL');
  if (folder === undefined) return;
  killDatabase(join(folder, 'data'));
  await expect.poll(() => databaseProcesses(join(folder ?? '', 'data')), { timeout: 15_000 }).toEqual([]);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Kills, starts the server again where it was killed, and waits for the next answered write. Answers how long that took. */
async function killAndWait(victim: (typeof victims)[number], options: ServerOptions, tally: Tally): Promise<number> {
  const postmaster = postmasterOf(options.data);
  if (server === undefined || postmaster === null) throw new Error('there is nothing to kill');
  const killedAt = performance.now();
  if (victim !== 'database') server.child.kill('SIGKILL');
  if (victim !== 'server') process.kill(postmaster, 'SIGKILL');
  if (victim === 'database') {
    // The server stays, says that it can't serve, and comes back by itself.
    await server.until(async () => (await healthOf(server?.url ?? '')) === 503, 5_000, '/health to answer 503');
    expect(await healthOf(server.url, '/health/live')).toBe(200);
    await server.ready();
  } else {
    await server.ended;
    if (victim === 'server') expect(isGone(postmaster)).toBe(false);
    server = new ServerProcess(options);
    await server.ready();
  }
  expect(isGone(postmaster)).toBe(true);
  const readyAt = performance.now();
  await server.until(() => tally.lastSuccessAt > readyAt, backWithinMs, 'an answered write');
  return tally.lastSuccessAt - killedAt;
}

it(`${kills} kills under ${writers} writers lose nothing that was answered`, { timeout: 60_000 + kills * 20_000 }, async () => {
  folder = temporaryFolder();
  const workspace = join(folder, 'bank');
  writeBank(workspace);
  const options: ServerOptions = {
    data: join(folder, 'data'),
    port: await freePort(),
    environment: { ASHLAR_WORKSPACES: workspace },
  };
  server = new ServerProcess(options);
  await server.ready();
  const { tally, stop } = startWriters(server.url, writers);
  const backMs: Record<(typeof victims)[number], number[]> = { server: [], database: [], both: [] };
  for (let kill = 0; kill < kills; kill++) {
    await pause(200 + Math.random() * 600);
    const victim = victims[kill % victims.length] ?? 'both';
    backMs[victim].push(Math.round(await killAndWait(victim, options, tally)));
  }
  await stop();
  expect(tally.defects).toEqual([]);

  const ledger = await readEntries(server.url);
  const codes = ledger.map((entry) => entry.code);
  expect(new Set(codes).size).toBe(codes.length);
  const lost = [...tally.answered].filter((code) => !new Set(codes).has(code));
  expect(lost).toEqual([]);
  const balances = await readBalances(server.url);
  expect([...balances.values()].reduce((sum, amount) => sum + amount, 0)).toBe(accounts * openingAmount);
  expect(balances).toEqual(balancesOf(ledger));
  // A run in which nothing was in doubt would prove nothing.
  expect(tally.seen.get('no answer') ?? 0).toBeGreaterThan(0);
  expect(tally.seen.get('database_unavailable') ?? 0).toBeGreaterThan(0);
  expect(tally.answered.size).toBeGreaterThan(kills * writers);

  expect(await server.end('SIGTERM')).toBe(0);
  expect(databaseProcesses(options.data)).toEqual([]);
  console.info(
    `${kills} kills: ${tally.answered.size} answered writes, ${ledger.length} in the ledger; answers ${JSON.stringify(Object.fromEntries(tally.seen))}; ` +
      `back after ms ${JSON.stringify(backMs)}; slowest request ${Math.round(tally.slowestMs)} ms`,
  );
});
