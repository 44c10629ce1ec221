import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { openTestPostgres, temporaryFolder } from '../../../../../tests/harness/postgres.ts';
import { createLog } from '../../log/index.ts';
import type { Postgres } from '../index.ts';
import { canReach, chooseAccount } from './account.ts';
import { findBinaries, usableBinaries } from './binaries.ts';
import { prepareFolders } from './folders.ts';
import { isGone, processesIn } from './processes.ts';

const underRoot = process.getuid?.() === 0;
const folders: string[] = [];
const opened: Postgres[] = [];
afterEach(async () => {
  for (const postgres of opened.splice(0)) await postgres.stop();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folder(): string {
  const made = temporaryFolder();
  folders.push(made);
  return made;
}

async function open(dataPath: string, options: Parameters<typeof openTestPostgres>[1] = {}): Promise<Postgres> {
  const postgres = await openTestPostgres(dataPath, options);
  opened.push(postgres);
  return postgres;
}

const pidOf = (dataPath: string): number =>
  Number.parseInt(readFileSync(join(dataPath, 'postgres/data/postmaster.pid'), 'utf8'), 10);

/** A server process of its own: opens PostgreSQL, says so, and stays. */
function serverProcess(dataPath: string): { child: ChildProcess; said: Promise<string> } {
  const harness = pathToFileURL(join(import.meta.dirname, '../open.ts')).href;
  const script = `
    const { openPostgres } = await import(${JSON.stringify(harness)});
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    try {
      await openPostgres({ settings: { databaseUrl: null, data: { path: '', explicit: true } }, dataPath: ${JSON.stringify(dataPath)},
        clock: { now: Date.now, monotonic: () => performance.now() }, log, durable: false });
      process.stdout.write('open');
      setInterval(() => {}, 1000);
    } catch (error) {
      process.stdout.write(error.name + ': ' + error.message);
      process.exit(error.exitCode ?? 1);
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said = new Promise<string>((resolve) => {
    child.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString()));
    child.once('exit', (code) => resolve(`exit ${code}`));
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, said };
}

const exitOf = (child: ChildProcess): Promise<number | null> =>
  child.exitCode !== null
    ? Promise.resolve(child.exitCode)
    : new Promise((resolve) => child.once('exit', (code) => resolve(code)));

describe('start and stop', () => {
  test('data outlive a stop, files are private, no network socket, a clean environment', async () => {
    const dataPath = folder();
    const first = await open(dataPath);
    await first.control("insert into workspaces (id, name) values ('ws_1', 'one')");
    const { rows } = await first.control<{ addresses: string; checksums: string; encryption: string; zone: string }>(
      "select current_setting('listen_addresses') as addresses, current_setting('data_checksums') as checksums, current_setting('password_encryption') as encryption, current_setting('TimeZone') as zone",
    );
    expect(rows).toEqual([{ addresses: '', checksums: 'on', encryption: 'scram-sha-256', zone: 'UTC' }]);
    const root = join(dataPath, 'postgres');
    expect(statSync(join(root, 'password')).mode & 0o777).toBe(0o600);
    for (const name of ['', 'data', 'socket']) expect(statSync(join(root, name)).mode & 0o777).toBe(0o700);
    const pid = pidOf(dataPath);
    expect(statSync(`/proc/${pid}`).uid).not.toBe(0);
    expect(
      readFileSync(`/proc/${pid}/environ`, 'utf8')
        .split('\0')
        .filter((entry) => !/^(PATH|LC_ALL|TZ|PG)/.test(entry))
        .join(''),
    ).toBe('');
    expect(readFileSync(join(root, 'data/pg_hba.conf'), 'utf8')).toContain('local all all scram-sha-256');
    await first.stop();
    expect(isGone(pid)).toBe(true);
    expect(existsSync(join(root, 'data/postmaster.pid'))).toBe(false);
    opened.length = 0;
    const second = await open(dataPath);
    expect((await second.control('select name from workspaces')).rows).toEqual([{ name: 'one' }]);
  });

  test('statements and values do not get into its log', async () => {
    const dataPath = folder();
    const postgres = await open(dataPath);
    await expect(postgres.control("select 'very secret'::int")).rejects.toThrow();
    await expect(
      postgres.control("insert into workspaces (id, name) values ('ws_1', 'very secret'), ('ws_2', 'very secret')"),
    ).rejects.toThrow();
    expect(readFileSync(join(dataPath, 'postgres/postgresql.log'), 'utf8')).not.toContain('secret');
  });

  test('a path too long for a socket gets one elsewhere', async () => {
    const dataPath = join(folder(), 'a'.repeat(100));
    const postgres = await open(dataPath);
    const { rows } = await postgres.control<{ folder: string }>("select current_setting('unix_socket_directories') as folder");
    expect(rows[0]?.folder).toMatch(/^\/tmp\/ashlar-[0-9a-f]{16}$/);
    expect(statSync(rows[0]?.folder ?? '').mode & 0o777).toBe(0o700);
    await postgres.stop();
    opened.length = 0;
    expect(existsSync(rows[0]?.folder ?? '')).toBe(false);
  });

  test('half a cluster is made anew, data of another release are refused', async () => {
    const dataPath = folder();
    const { data, account } = prepareFolders(dataPath, true);
    mkdirSync(`${data}.new`);
    writeFileSync(join(`${data}.new`, 'rest'), '');
    await (await open(dataPath)).stop();
    opened.length = 0;
    expect(existsSync(`${data}.new`)).toBe(false);
    writeFileSync(join(data, 'PG_VERSION'), '15\n');
    await expect(open(dataPath)).rejects.toThrow(/are of PostgreSQL 15, the packaged one is 18/);
    expect(account === null).toBe(!underRoot);
  });

  test('a folder with something else in it is refused and left alone', async () => {
    const dataPath = folder();
    const { data } = prepareFolders(dataPath, true);
    mkdirSync(data);
    writeFileSync(join(data, 'letters'), 'of grandmother');
    await expect(open(dataPath)).rejects.toThrow(/is there, but is no database/);
    expect(readFileSync(join(data, 'letters'), 'utf8')).toBe('of grandmother');
  });
});

describe('a server that was killed', () => {
  test('its database is taken over with all that was committed', async () => {
    const dataPath = folder();
    const { child, said } = serverProcess(dataPath);
    expect(await said).toBe('open');
    const orphan = pidOf(dataPath);
    child.kill('SIGKILL');
    await exitOf(child);
    expect(isGone(orphan)).toBe(false);
    const postgres = await open(dataPath);
    expect(isGone(orphan)).toBe(true);
    expect(pidOf(dataPath)).not.toBe(orphan);
    expect((await postgres.control('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  test('together with its database leaves a stale file, which does no harm', async () => {
    const dataPath = folder();
    const { child, said } = serverProcess(dataPath);
    expect(await said).toBe('open');
    const orphan = pidOf(dataPath);
    child.kill('SIGKILL');
    process.kill(orphan, 'SIGKILL');
    await open(dataPath);
    expect(processesIn(join(dataPath, 'postgres/data'))).not.toContain(orphan);
  });

  test('whose number a dead process still has, which nobody has reaped', async () => {
    const dataPath = folder();
    await (await open(dataPath)).stop();
    opened.length = 0;
    // The shell becomes a program that never asks for its child's end.
    const parent = spawn('sh', ['-c', 'true & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void parent.kill('SIGKILL'));
    const zombie = Number(
      await new Promise<string>((resolve) => parent.stdout.once('data', (chunk: Buffer) => resolve(String(chunk)))),
    );
    await expect.poll(() => existsSync(`/proc/${zombie}`) && isGone(zombie)).toBe(true);
    const root = join(dataPath, 'postgres');
    writeFileSync(join(root, 'data/postmaster.pid'), `${zombie}\n${root}/data\n1\n5432\n${root}/socket\n\n`);
    writeFileSync(join(root, 'socket/.s.PGSQL.5432.lock'), `${zombie}\n${root}/data\n1\n5432\n\n`);
    expect((await (await open(dataPath)).control('select 1 as one')).rows).toEqual([{ one: 1 }]);
    expect(existsSync(`/proc/${zombie}`)).toBe(true);
  });

  test('and whose number another program has now: that one is left alone', async () => {
    const dataPath = folder();
    await (await open(dataPath)).stop();
    opened.length = 0;
    const other = spawn('sleep', ['60'], { stdio: 'ignore' });
    onTestFinished(() => void other.kill('SIGKILL'));
    writeFileSync(join(dataPath, 'postgres/data/postmaster.pid'), `${other.pid}\n${dataPath}/postgres/data\n1\n5432\n\n\n`);
    await open(dataPath);
    expect(other.exitCode ?? other.signalCode).toBe(null);
  });
});

describe('two servers on one folder', () => {
  test('the second gives up with one line and code 2; the first goes on', async () => {
    const dataPath = folder();
    const postgres = await open(dataPath);
    const pid = pidOf(dataPath);
    const { child, said } = serverProcess(dataPath);
    expect(await said).toBe(
      `StartError: Another server uses the data folder ${dataPath}/postgres: stop it, or choose another folder with ASHLAR_DATA.`,
    );
    expect(await exitOf(child)).toBe(2);
    expect(pidOf(dataPath)).toBe(pid);
    expect((await postgres.control('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });
});

describe('a database that dies by itself', () => {
  test('is started again; meanwhile queries get database_unavailable', async () => {
    const dataPath = folder();
    const lines: string[] = [];
    const postgres = await open(dataPath, { log: createLog({ write: (line) => lines.push(line) }) });
    const ref = await postgres.createDatabase();
    const heard: string[] = [];
    await postgres.listen('x', (payload) => heard.push(payload));
    const pid = pidOf(dataPath);
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => postgres.ready, { interval: 1 }).toBe(false);
    await expect(postgres.control('select 1')).rejects.toThrow(
      expect.objectContaining({ code: 'database_unavailable', status: 503 }),
    );
    await expect(postgres.lend(ref, 'app', 500)).rejects.toThrow(expect.objectContaining({ code: 'database_unavailable' }));
    await expect.poll(() => postgres.ready, { timeout: 20_000 }).toBe(true);
    expect(pidOf(dataPath)).not.toBe(pid);
    (await postgres.lend(ref, 'app', 1_000)).release();
    // Who listened before listens again.
    await postgres.control("select pg_notify('x', 'back')");
    await expect.poll(() => heard).toEqual(['back']);
    expect(lines.join('\n')).toContain('PostgreSQL ended by itself and is started again');
  });

  test('again and again', async () => {
    const dataPath = folder();
    const postgres = await open(dataPath);
    for (let round = 0; round < 3; round++) {
      process.kill(pidOf(dataPath), 'SIGKILL');
      await expect.poll(() => postgres.ready, { interval: 1 }).toBe(false);
      await expect.poll(() => postgres.ready, { timeout: 20_000 }).toBe(true);
    }
    expect((await postgres.control('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  test('a stop during the restart leaves nothing running', async () => {
    const dataPath = folder();
    const postgres = await open(dataPath);
    process.kill(pidOf(dataPath), 'SIGKILL');
    await sleep(20);
    await postgres.stop();
    opened.length = 0;
    await sleep(300);
    expect(processesIn(join(dataPath, 'postgres/data'))).toEqual([]);
  });
});

test('a connection that is cut does not take the listener or the pools with it', async () => {
  const postgres = await open(folder());
  await postgres.control(
    "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'",
  );
  await expect.poll(() => postgres.ready, { interval: 1 }).toBe(false);
  await expect.poll(() => postgres.ready).toBe(true);
});

test('a control transaction whose connection is lost while it does something else ends as database_unavailable', async () => {
  const postgres = await open(folder());
  const lost = postgres.controlTransaction(async (client) => {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    await postgres.control('select pg_terminate_backend($1)', [rows[0]?.pid]);
    await sleep(100);
    await client.query('select 1');
  });
  await expect(lost).rejects.toThrow(expect.objectContaining({ code: 'database_unavailable' }));
  expect((await postgres.control('select 1 as one')).rows).toEqual([{ one: 1 }]);
});

describe('programs of the package', () => {
  test('run also where install scripts were blocked: links are made', () => {
    const copy = join(folder(), 'package');
    cpSync(findBinaries().folder, copy, { recursive: true, verbatimSymlinks: true });
    chmodSync(copy, 0o755);
    for (const name of readdirSync(join(copy, 'lib'))) if (/^libicu\w+\.so\.60$/.test(name)) unlinkSync(join(copy, 'lib', name));
    expect(() => execFileSync(join(copy, 'bin/postgres'), ['--version'], { stdio: 'pipe' })).toThrow(/libicui18n/);
    const { binaries, copied } = usableBinaries({ ...findBinaries(), folder: copy }, folder(), null);
    expect({ folder: binaries.folder, copied }).toEqual({ folder: copy, copied: false });
    expect(execFileSync(join(copy, 'bin/postgres'), ['--version'], { encoding: 'utf8' })).toContain('PostgreSQL) 18');
  });
});

// What follows is about an account that is not one's own, which only root has to deal with.
describe.runIf(underRoot)('under root', () => {
  const account = underRoot ? chooseAccount('/nowhere') : null;

  test('programs in a closed folder are copied, once', () => {
    const closed = folder();
    chmodSync(closed, 0o700);
    const package_ = join(closed, 'native');
    cpSync(findBinaries().folder, package_, { recursive: true, verbatimSymlinks: true });
    const target = folder();
    const first = usableBinaries({ ...findBinaries(), folder: package_ }, target, account);
    expect(first.copied).toBe(true);
    expect(first.binaries.folder.startsWith(target)).toBe(true);
    expect(canReach(account, join(first.binaries.folder, 'bin'))).toBe(true);
    const madeMs = statSync(first.binaries.folder).ctimeMs;
    expect(usableBinaries({ ...findBinaries(), folder: package_ }, target, account).binaries.folder).toBe(first.binaries.folder);
    expect(statSync(first.binaries.folder).ctimeMs).toBe(madeMs);
  });

  test('a default folder under a private home moves its data, each clone to its own', () => {
    const home = folder();
    chmodSync(home, 0o700);
    const base = join(folder(), 'shared');
    const one = prepareFolders(join(home, 'one/.ashlar'), false, base);
    const two = prepareFolders(join(home, 'two/.ashlar'), false, base);
    expect(one.moved).toBe(true);
    expect(dirname(dirname(one.root))).toBe(base);
    expect(one.root).not.toBe(two.root);
    expect(canReach(account, one.root)).toBe(true);
    expect(prepareFolders(join(home, 'one/.ashlar'), false, base).root).toBe(one.root);
  });

  test('an explicit folder under a private home stops the start and names what to open', () => {
    const home = folder();
    chmodSync(home, 0o700);
    expect(() => prepareFolders(join(home, 'one/data'), true)).toThrow(
      new RegExp(`PostgreSQL runs as the account \\w+, which can not enter ${home}: open it \\(chmod o\\+x ${home}\\)`),
    );
  });

  test('the account is the one that owns the data, where there are some', () => {
    const { root, account: first } = prepareFolders(folder(), true);
    expect(first?.uid).toBeGreaterThan(0);
    execFileSync('chown', ['-R', '65534:65534', root]);
    expect(chooseAccount(root)).toEqual({ name: 'nobody', uid: 65534, gid: 65534 });
  });

  test('as nobody it starts too', async () => {
    const dataPath = folder();
    const { root } = prepareFolders(dataPath, true);
    execFileSync('chown', ['-R', '65534:65534', root]);
    const postgres = await open(dataPath);
    expect(statSync(`/proc/${pidOf(dataPath)}`).uid).toBe(65534);
    expect(postgres.ready).toBe(true);
  });

  test('somebody else’s folder in the way is refused', () => {
    const dataPath = folder();
    const { socket } = prepareFolders(dataPath, true);
    rmSync(socket, { recursive: true });
    mkdirSync(socket);
    execFileSync('chown', ['12345', socket]);
    expect(() => prepareFolders(dataPath, true)).toThrow(/belongs to uid 12345/);
  });
});

test('the package is found through the module system', () => {
  const { folder: found, version, major } = findBinaries();
  expect(existsSync(join(found, 'bin/initdb'))).toBe(true);
  expect(version.startsWith(`${major}.`)).toBe(true);
  expect(createRequire(import.meta.url).resolve('pg')).toBeTruthy();
});
