/** Commands that need a server, against a real one that `ashlar start` started; `ashlar dev`; and how both stop. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newWorkspaceFiles } from '../../cli/src/new/files.ts';
import { temporaryFolder } from '../harness/postgres.ts';
import { ashlar, descendants, type Ended, isAlive, olderNode, type Running, start } from './command.ts';

const folder = temporaryFolder();
const adminKey = 'a-key-for-tests-that-is-long-enough-0123456789';
const settings = { PORT: '0', ASHLAR_DATA: join(folder, 'data'), ASHLAR_WORKSPACES: '', ASHLAR_ADMIN_KEY: adminKey };
const started: Running[] = [];

afterAll(async () => {
  for (const { child } of started) child.kill('SIGTERM');
  await Promise.all(started.map(({ ended }) => ended));
  rmSync(folder, { recursive: true, force: true });
});

function startKept(args: readonly string[], options: Parameters<typeof start>[1]): Running {
  const running = start(args, options);
  started.push(running);
  return running;
}

/** The address in what a ready server says. */
const urlIn = (out: string): string => /^Ashlar is ready.*\n\s+(http:\S+)/m.exec(out)?.[1] ?? '';

/** A workspace folder of a test. */
function workspace(name: string): string {
  const root = join(folder, name);
  for (const [path, text] of newWorkspaceFiles(name)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

describe('with a server', () => {
  let url = '';
  const run = (...args: readonly string[]): Promise<Ended> =>
    ashlar([...args, '--url', url], { cwd: folder, env: { ASHLAR_ADMIN_KEY: adminKey } });
  /** What a command prints with `--json`. */
  const json = async (...args: readonly string[]) => JSON.parse((await run(...args, '--json')).out);

  beforeAll(async () => {
    const begun = String(Date.now() - 60_000);
    const out = await startKept(['start'], { cwd: folder, env: { ...settings, ASHLAR_STARTED_AT: begun } }).seen(/Admin key/);
    url = urlIn(out);
    // Counted from when the command was given, not from when the server's own code began.
    expect(out).toMatch(/Ashlar is ready after [6-9]\d\.\d s/);
    // Whoever keeps the data in a repository commits none of it.
    expect(readFileSync(join(settings.ASHLAR_DATA, '.gitignore'), 'utf8')).toBe('*\n');
  });

  test('plan shows, push publishes, run calls', async () => {
    workspace('notes');
    const plan = await run('plan', 'notes', '--env', 'dev', '--sql');
    expect([plan.code, plan.out]).toEqual([0, expect.stringMatching(/^\+ note is new.*\n {4}create table "note"/)]);
    const push = await run('push', 'notes', '--env', 'dev', '--message', 'The first');
    expect([push.code, push.out]).toEqual([0, expect.stringMatching(/ver_\w+ is in force in notes \(dev\)\n$/)]);
    expect((await run('push', 'notes', '--env', 'dev')).out).toMatch(/is in force already/);
    const added = await run('run', 'POST', '/api:notes/notes', '--input', '{"title": "Milk"}');
    expect([added.code, JSON.parse(added.out).greeting]).toEqual([0, 'Hello: Milk']);
    const listed = await json('run', 'GET', '/api:notes/notes', '--input', '{"page": 1}');
    expect(listed).toMatchObject({ status: 200, body: { items: [{ title: 'Milk' }] } });
    expect((await run('run', 'GET', '/api:notes/notes', '--input', '{"page": "x"}')).code).toBe(1);
  });

  test('seeds go with a push', async () => {
    const root = workspace('seeded');
    mkdirSync(join(root, 'seeds'));
    writeFileSync(join(root, 'seeds', 'note.jsonl'), '{"id": 7, "title": "Seven"}\n');
    expect((await run('push', 'seeded', '--env', 'dev')).code).toBe(0);
    expect(await json('run', 'GET', '/api:seeded/notes')).toMatchObject({ body: { items: [{ id: 7, title: 'Seven' }] } });
  });

  test('a column is dropped by name only', async () => {
    const root = workspace('dropping');
    expect((await run('push', 'dropping', '--env', 'dev')).code).toBe(0);
    const table = join(root, 'tables', 'note.jsonc');
    writeFileSync(table, readFileSync(table, 'utf8').replace('    "body": "text?",\n', ''));
    const post = join(root, 'apis', 'dropping', 'notes.post.jsonc');
    writeFileSync(post, readFileSync(post, 'utf8').replace(', "body": "{{ input.body }}"', ''));
    const refused = await run('push', 'dropping', '--env', 'dev');
    expect(refused.code).toBe(1);
    expect(refused.out).toMatch(/tables\/note\.jsonc:\d+:\d+ error drop_not_named/);
    expect(await run('plan', 'dropping', '--env', 'dev')).toMatchObject({ code: 1 });
    const pushed = await run('push', 'dropping', '--env', 'dev', '--drop', 'note.body');
    expect(pushed).toMatchObject({ code: 0, out: expect.stringContaining('(not additive)') });
    // The command of a CI job stays the same.
    writeFileSync(join(root, 'functions', 'greeting.jsonc'), '{"input": {"title": "text"}, "stack": [], "response": "Later"}');
    expect(await run('push', 'dropping', '--env', 'dev', '--drop', 'note.body')).toMatchObject({ code: 0, err: '' });
    const kept = await run('push', 'dropping', '--env', 'dev', '--drop', 'note.title');
    expect(kept).toMatchObject({ code: 0 });
  });

  test('problems of a push are those of check, with frames', async () => {
    const root = workspace('wrong');
    const file = join(root, 'apis', 'wrong', 'notes.get.jsonc');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"query_records"', '"quer_records"'));
    const { code, out } = await run('push', 'wrong', '--env', 'dev');
    const checked = await ashlar(['check', 'wrong'], { cwd: folder });
    expect(code).toBe(1);
    expect(out).toContain('> 10 |       "function": "quer_records",');
    expect(out).toContain(checked.out.split('\n\n')[0]);
  });

  test('versions are listed and restored', async () => {
    const root = workspace('versioned');
    await run('push', 'versioned', '--env', 'dev', '--message', 'One');
    writeFileSync(join(root, 'functions', 'greeting.jsonc'), '{"input": {"title": "text"}, "stack": [], "response": "Bye"}');
    await run('push', 'versioned', '--env', 'dev', '--message', 'Two');
    const versions = await json('versions', '--dir', 'versioned', '--env', 'dev');
    expect(versions.map((version: { message: string; in_force: boolean }) => [version.message, version.in_force])).toEqual([
      ['Two', true],
      ['One', false],
    ]);
    expect((await run('restore', versions[1].id, '--workspace', 'versioned', '--env', 'dev')).code).toBe(0);
    const { body } = await json('run', 'POST', '/api:versioned/notes', '--input', '{"title": "x"}');
    expect(body.greeting).toBe('Hello: x');
    expect((await run('versions', '--workspace', 'versioned', '--env', 'dev')).out).toMatch(/^\* {2}ver_\w+ .* Restored ver_/);
  });

  test('variables are set from the command line or standard input, and unset', async () => {
    workspace('variables');
    await run('push', 'variables', '--env', 'dev');
    const at = ['--dir', 'variables', '--env', 'dev'];
    expect((await run('env', 'set', 'GREETING', 'Moin', ...at)).code).toBe(0);
    expect((await run('env', 'list', ...at)).out).toBe('GREETING  set  Moin\n');
    const options = { cwd: folder, env: { ASHLAR_ADMIN_KEY: adminKey }, input: 'Hej\n' };
    expect((await ashlar(['env', 'set', 'GREETING', ...at, '--url', url], options)).code).toBe(0);
    expect((await json('run', 'POST', '/api:variables/notes', '--input', '{"title": "x"}')).body.greeting).toBe('Hej: x');
    expect((await run('env', 'unset', 'GREETING', ...at)).code).toBe(0);
    expect((await json('env', 'list', ...at))[0]).toMatchObject({ name: 'GREETING', from: 'default', value: 'Hello' });
    expect(await run('env', 'set', 'NOPE', '1', ...at)).toMatchObject({ code: 1, err: expect.stringContaining('GREETING') });
  });

  test('an environment and a workspace are removed when they are named twice', async () => {
    workspace('leaving');
    await run('push', 'leaving', '--env', 'dev');
    await run('push', 'leaving', '--env', 'staging');
    const at = ['env', 'delete', '--dir', 'leaving', '--env', 'staging'];
    expect((await run(...at)).err).toContain("required option '--confirm <name>' not specified");
    expect(await run(...at, '--confirm', 'dev')).toMatchObject({ code: 1, err: expect.stringContaining('must be "staging"') });
    expect(await run(...at, '--confirm', 'staging')).toMatchObject({
      code: 0,
      out: 'staging of leaving is gone, with its data.\n',
    });
    expect((await run('delete', 'leaving', '--confirm', 'leaving')).out).toBe('leaving is gone, with dev.\n');
    expect((await run('versions', '--dir', 'leaving', '--env', 'dev')).code).toBe(1);
  });

  test('a wrong key is refused, and no key is ever shown', async () => {
    const env = { ASHLAR_ADMIN_KEY: 'wrong-key-wrong-key-wrong-key-wrong-key' };
    const wrong = await ashlar(['versions', '--workspace', 'notes', '--env', 'dev', '--url', url], { cwd: folder, env });
    expect(wrong).toMatchObject({ code: 1, out: '' });
    expect(wrong.err + wrong.out).not.toContain('wrong-key');
    const keyFile = join(folder, 'key');
    writeFileSync(keyFile, `${adminKey}\n`);
    const right = await ashlar(['versions', '--workspace', 'notes', '--env', 'dev', '--url', url, '--key-file', keyFile], {
      cwd: folder,
      env,
    });
    expect(right.code).toBe(0);
    expect(
      await ashlar(['versions', '--workspace', 'notes', '--env', 'dev', '--url', url, '--key-file', 'none'], { cwd: folder }),
    ).toMatchObject({ code: 2 });
  });

  test('dev publishes each save to a running server', async () => {
    const root = workspace('followed');
    const file = join(root, 'functions', 'greeting.jsonc');
    const dev = startKept(['dev', 'followed', '--url', url, '--json'], { cwd: folder, env: { ASHLAR_ADMIN_KEY: adminKey } });
    await dev.seen(/"event":"published"/);
    writeFileSync(join(root, 'env.local.jsonc'), '{"GREETING": "Local"} // of this machine');
    await dev.seen(/(?:\{"event":"published".*\n){2}/);
    expect((await json('run', 'POST', '/api:followed/notes', '--input', '{"title": "x"}')).body.greeting).toBe('Local: x');
    writeFileSync(file, '{"input": {"title": "text"}, "stack": [{"function": "retrn"}]}');
    await dev.seen(/"event":"refused","code":"workspace_invalid".*"code":"unknown_function"/);
    writeFileSync(file, '{"input": {"title": "text"}, "stack": [], "response": "Saved"}');
    const out = await dev.seen(/"event":"refused".*\n\{"event":"published"/);
    expect((await json('run', 'POST', '/api:followed/notes', '--input', '{"title": "x"}')).body.greeting).toBe('Saved');
    // Nothing is published or said for a save that changes nothing.
    writeFileSync(file, readFileSync(file, 'utf8'));
    await sleep(500);
    writeFileSync(file, '{"input": {"title": "text"}, "stack": [], "response": "Again"}');
    const said = await dev.seen(/"event":"refused".*\n(?:\{"event":"published".*\n){2}/);
    expect(said.slice(said.indexOf('"event":"refused"'))).not.toContain('"unchanged":true');
    expect(out).not.toContain('Local');
    dev.child.kill('SIGINT');
    expect((await dev.ended).code).toBe(0);
  });
});

test('dev beside a server says how to use it, and how to start another', async () => {
  workspace('beside');
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? String(address.port) : '';
  const env = { ...settings, PORT: port, ASHLAR_DATA: join(folder, 'beside-data') };
  const { code, err } = await ashlar(['dev', 'beside'], { cwd: folder, env });
  await new Promise((resolve) => taken.close(resolve));
  expect(code).toBe(2);
  expect(err).toContain(`ashlar.js dev beside --url http://127.0.0.1:${port}\n`);
  expect(err).toContain('PORT=8090 ASHLAR_DATA=.ashlar-dev');
});

test('commands find a server by PORT and ASHLAR_URL', async () => {
  const port = String(await freePort());
  const at = ['versions', '--workspace', 'x', '--env', 'dev'];
  const key = { ASHLAR_ADMIN_KEY: adminKey };
  expect((await ashlar(at, { env: { ...key, PORT: port } })).err).toContain(`No server answers at http://127.0.0.1:${port} `);
  expect((await ashlar(at, { env: { ...key, PORT: '1', ASHLAR_URL: `http://localhost:${port}` } })).err).toContain(
    `No server answers at http://localhost:${port} `,
  );
});

test('without a server the commands say how to start one', async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const { code, err } = await ashlar(['versions', '--workspace', 'x', '--env', 'dev', '--url', url], {
    env: { ASHLAR_ADMIN_KEY: adminKey },
  });
  expect([code, err]).toEqual([1, `error No server answers at ${url} (ECONNREFUSED). "ashlar start" starts one.\n`]);
});

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('stopping leaves nothing behind', () => {
  const older = olderNode();
  const cases: readonly (readonly [string, 'SIGINT' | 'SIGTERM', string | undefined])[] = [
    ['this Node', 'SIGTERM', process.execPath],
    ['an older Node, which starts a newer one', 'SIGINT', older],
  ];

  describe.each(cases.filter(([, , node]) => node !== undefined))('under %s, at %s', (_name, signal, node) => {
    const options = (data: string) => ({
      cwd: folder,
      env: { ...settings, ASHLAR_DATA: data },
      ...(node === undefined ? {} : { node }),
    });

    test('start ends in order, also when the signal comes twice', async () => {
      const data = join(folder, `start-${signal}`);
      const running = startKept(['start'], options(data));
      await running.seen(/Admin key/);
      const pid = running.child.pid ?? 0;
      const below = descendants(pid);
      expect(below.length).toBeGreaterThan(0);
      running.child.kill(signal);
      running.child.kill(signal);
      const { code, err } = await running.ended;
      expect(code).toBe(0);
      expect(err).toContain(`stopping (${signal})`);
      expect([pid, ...below].filter(isAlive)).toEqual([]);
    });

    test('dev stops the server that it started', async () => {
      workspace('stopped');
      const running = startKept(['dev', 'stopped'], options(join(folder, `dev-${signal}`)));
      const out = await running.seen(/Watching/);
      expect(out).toMatch(/^published in \d+ ms/m);
      expect(out).toMatch(/http:\/\/127\.0\.0\.1:\d+\/api:stopped {2}\(docs: /);
      expect(out).not.toContain(adminKey);
      const below = descendants(running.child.pid ?? 0);
      expect(below.length).toBeGreaterThan(1);
      running.child.kill(signal);
      expect((await running.ended).code).toBe(0);
      await sleep(50);
      expect(below.filter(isAlive)).toEqual([]);
    });
  });

  test('a bad setting ends start with one line and 2', async () => {
    const { code, err } = await ashlar(['start', '--port', 'eighty'], {
      cwd: folder,
      env: { ASHLAR_DATA: join(folder, 'data') },
    });
    expect(code).toBe(2);
    expect(err).toMatch(/^PORT can't be used: .*\n$/);
  });
});
