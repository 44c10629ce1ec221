import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../../server/src/base/log/index.ts';
import { type RunningServer, readSettings, startServer } from '../../server/src/main.ts';
import { temporaryFolder } from '../harness/postgres.ts';

const adminKey = 'a-key-for-tests-that-is-long-enough-0123456789';
let server: RunningServer;
let folder: string;
let count = 0;

beforeAll(async () => {
  folder = temporaryFolder();
  const settings = readSettings(
    { PORT: '0', ASHLAR_DATA: folder, ASHLAR_ADMIN_KEY: adminKey, ASHLAR_WORKSPACES: '' },
    process.cwd(),
  );
  server = await startServer({ settings, log: silentLog, durable: false });
});
afterAll(async () => {
  await server?.stop(0);
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown> & { readonly length?: number };
  readonly link: string | null;
}

async function call(method: string, path: string, body?: unknown, key = adminKey): Promise<Answer> {
  const answer = await fetch(path.startsWith('http') ? path : `${server.url}${path}`, {
    method,
    headers: { Authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? {} : JSON.parse(text), link: answer.headers.get('link') };
}

/** A workspace of its own for a test: `files` go beside a table and an endpoint that answers `answer`. */
function newWorkspace() {
  const name = `w${++count}`;
  const at = (environment = 'dev') => `/api/workspaces/${name}/environments/${environment}`;
  const files = (answer: unknown, more: Record<string, string> = {}): Record<string, string> => ({
    'ashlar.jsonc': `{"name": "${name}"}`,
    'tables/note.jsonc': '{"columns": {"id": {"type": "int", "primary": true}, "text": {"type": "text"}}}',
    [`apis/${name}/answer.get.jsonc`]: JSON.stringify({ stack: [], response: answer }),
    ...more,
  });
  const publish = (sent: Record<string, string>, more: object = {}, environment = 'dev') =>
    call('POST', `${at(environment)}/publish`, { files: sent, ...more });
  const answer = async (environment?: string) => {
    const path = environment === undefined ? name : `${name}:${environment}`;
    return (await fetch(`${server.url}/api:${path}/answer`)).json();
  };
  return { name, at, files, publish, answer };
}

describe('publishing', () => {
  it('puts a version in force; the same files again make none', async () => {
    const { at, files, publish, answer } = newWorkspace();
    const first = await publish(files('one'), { message: 'first', author: 'ada' });
    expect(first).toMatchObject({ status: 201, body: { unchanged: false, problems: [] } });
    expect(await answer()).toBe('one');
    expect(await publish(files('one'))).toMatchObject({
      status: 200,
      body: { unchanged: true, version: first.body.version, publication: null },
    });
    const versions = await call('GET', `${at()}/versions`);
    expect(versions.body).toMatchObject([
      { id: first.body.version, author: 'ada', message: 'first', parent: null, in_force: true },
    ]);
  });

  it('keeps every file, however many and whatever is in them', async () => {
    const { at, files, publish } = newWorkspace();
    const notes = Array.from({ length: 1_100 }, (_, i) => [`notes/${i}.md`, `Note ${i % 700} \\x00 "{},\n`] as const);
    const large = ['seen', 'heard'].map((name) => [`notes/${name}.md`, name.repeat(500_000)] as const);
    const sent = files('one', Object.fromEntries([...notes, ...large, ['notes/empty.md', '']]));
    const { body } = await publish(sent);
    expect((await call('GET', `${at()}/versions/${body.version}`)).body.files).toEqual(sent);
  });

  it('puts a changed function in force also where endpoints that call it did not change', async () => {
    const { files, publish, answer } = newWorkspace();
    const calling = (more: Record<string, string>) => ({ ...files('{{ called }}'), ...more });
    const called = (response: unknown) => JSON.stringify({ stack: [], response });
    const through = '{"stack": [{"function": "run_function", "name": "deep", "return_as": "d"}], "response": "{{ d }}"}';
    const of = (response: unknown, env = 'a') => {
      const sent = calling({ 'functions/deep.jsonc': called(response), 'functions/through.jsonc': through });
      const [path = ''] = Object.keys(sent).filter((one) => one.startsWith('apis/'));
      sent[path] =
        '{"stack": [{"function": "run_function", "name": "through", "return_as": "called"}], "response": "{{ called }}"}';
      return { ...sent, 'env.jsonc': `{"WORD": {"default": "${env}"}}` };
    };
    await publish(of('one'));
    expect(await answer()).toBe('one');
    await publish(of('two'));
    expect(await answer()).toBe('two');
    await publish(of({ word: '{{ env.WORD }}' }));
    expect(await answer()).toEqual({ word: 'a' });
    await publish(of({ word: '{{ env.WORD }}' }, 'b'));
    expect(await answer()).toEqual({ word: 'b' });
  });

  it('refuses files with problems whole: all of them are listed, and the version before stays', async () => {
    const { files, publish, answer } = newWorkspace();
    await publish(files('one'));
    const refused = await publish(files('{{ nobody }}', { 'functions/f.jsonc': '{"stack": [{"function": "no_such"}]}' }));
    expect(refused).toMatchObject({ status: 422, body: { code: 'workspace_invalid', success: false } });
    const { problems } = refused.body.payload as { problems: { code: string; file: string; line: number }[] };
    expect(problems.map((problem) => problem.file).sort()).toEqual([expect.stringContaining('answer.get'), 'functions/f.jsonc']);
    expect(problems.every((problem) => problem.line > 0)).toBe(true);
    expect(await answer()).toBe('one');
  });

  it('asks before anything is dropped, and drops what is named', async () => {
    const { at, files, publish, answer } = newWorkspace();
    await publish(files('one'));
    const less = files('two', { 'tables/note.jsonc': '{"columns": {"id": {"type": "int", "primary": true}}}' });
    const refused = await publish(less);
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'plan_needs_drops', payload: { problems: [{ code: 'drop_not_named' }] } },
    });
    expect(await answer()).toBe('one');
    const plan = await call('POST', `${at()}/plan`, { files: less });
    expect(plan).toMatchObject({ status: 200, body: { publishable: false } });
    const named = await call('POST', `${at()}/plan`, { files: less, drops: ['note.text'] });
    expect(named.body).toMatchObject({ publishable: true });
    expect(JSON.stringify(named.body.plan)).toContain('drop_column');
    expect(await answer()).toBe('one');
    expect((await publish(less, { drops: ['note.text'] })).status).toBe(201);
    expect(await answer()).toBe('two');
  });

  it('refuses a group of another workspace, and lets it go when its owner gives it up', async () => {
    const [one, two] = [newWorkspace(), newWorkspace()];
    const shared = { [`apis/${one.name}/other.get.jsonc`]: '{"stack": [], "response": 1}' };
    await one.publish(one.files('one'));
    expect(await two.publish(two.files('two', shared))).toMatchObject({ status: 409, body: { code: 'group_taken' } });
    expect((await fetch(`${server.url}/api:${two.name}/answer`)).status).toBe(404);
    const { [`apis/${one.name}/answer.get.jsonc`]: _given, ...rest } = one.files('one');
    expect((await one.publish(rest)).status).toBe(201);
    expect((await two.publish(two.files('two', shared))).status).toBe(201);
  });

  it('removes an environment with its data when it is named twice, the default one last', async () => {
    const { at, files, publish, answer } = newWorkspace();
    await publish(files('one'));
    await publish(files('two'), {}, 'staging');
    expect(await answer('staging')).toBe('two');
    expect(await call('DELETE', at('staging'))).toMatchObject({ status: 400, body: { code: 'input_invalid' } });
    expect(await call('DELETE', `${at('staging')}?confirm=dev`)).toMatchObject({
      status: 422,
      body: { code: 'removal_not_confirmed' },
    });
    expect(await call('DELETE', `${at()}?confirm=dev`)).toMatchObject({ status: 409, body: { code: 'environment_is_default' } });
    expect([await answer(), await answer('staging')]).toEqual(['one', 'two']);
    expect(await call('DELETE', `${at('staging')}?confirm=staging`)).toMatchObject({
      status: 200,
      body: { environments: ['staging'], databases_left: [] },
    });
    expect(await answer('staging')).toMatchObject({ status: 404 });
    expect(await answer()).toBe('one');
    expect(await call('DELETE', `${at('staging')}?confirm=staging`)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    // The name is free: a push makes it anew, and empty.
    expect((await publish(files('three'), {}, 'staging')).status).toBe(201);
    expect(await answer('staging')).toBe('three');
  });

  it('removes a workspace: its data are dropped, and its groups are free for another', async () => {
    const [one, two] = [newWorkspace(), newWorkspace()];
    await one.publish(one.files('one'));
    await one.publish(one.files('one'), {}, 'staging');
    const shared = { [`apis/${one.name}/other.get.jsonc`]: '{"stack": [], "response": 1}' };
    expect((await two.publish(two.files('two', shared))).body).toMatchObject({ code: 'group_taken' });
    const gone = await call('DELETE', `/api/workspaces/${one.name}?confirm=${one.name}`);
    expect(gone).toMatchObject({ status: 200, body: { environments: ['staging', 'dev'], databases_left: [] } });
    expect((await call('GET', `/api/workspaces/${one.name}`)).status).toBe(404);
    expect(await one.answer()).toMatchObject({ status: 404 });
    expect((await two.publish(two.files('two', shared))).status).toBe(201);
    expect((await one.publish({ 'ashlar.jsonc': `{"name": "${one.name}"}` })).status).toBe(201);
  });

  it('refuses a parent that is no longer in force', async () => {
    const { files, publish } = newWorkspace();
    const first = await publish(files('one'));
    const second = await publish(files('two'), { parent: first.body.version });
    expect(second.status).toBe(201);
    expect(await publish(files('three'), { parent: first.body.version })).toMatchObject({
      status: 409,
      body: { code: 'version_conflict' },
    });
  });

  it.each([
    ['another name in the files', { 'ashlar.jsonc': '{"name": "somebody-else"}' }, 422, 'workspace_name_differs'],
    ['a path that climbs', { '../x.jsonc': '{}' }, 422, 'file_refused'],
    ['values of one machine', { 'env.local.jsonc': '{"A": "b"}' }, 422, 'file_refused'],
  ])('refuses %s', async (_what, more, status, code) => {
    const { files, publish } = newWorkspace();
    expect(await publish(files('one', more))).toMatchObject({ status, body: { code } });
  });

  it('to a second environment has data and an address of its own; the first one is the default', async () => {
    const { at, files, publish, answer } = newWorkspace();
    const first = await publish(files('one'));
    const staging = await publish(files('one'), {}, 'staging');
    expect(staging.body.version).toBe(first.body.version);
    await publish(files('two'), {}, 'staging');
    expect([await answer(), await answer('staging')]).toEqual(['one', 'two']);
    const environments = await call('GET', at().replace('/dev', ''));
    expect(environments.body).toMatchObject([
      { name: 'dev', is_default: true },
      { name: 'staging', is_default: false },
    ]);
  });

  it('takes seeds in with the tables: a row that does not fit leaves nothing behind', async () => {
    const { files, publish } = newWorkspace();
    const seeded = (rows: string) => files('one', { 'seeds/note.jsonl': rows });
    expect(await publish(seeded('{"id": 1, "text": "a"}\n{"id": 2, "text": null}\n'))).toMatchObject({
      status: 422,
      body: { code: 'seed_invalid' },
    });
    expect((await publish(seeded('{"id": 1, "text": "a"}\n{"id": 2, "text": "b"}\n'))).status).toBe(201);
  });
});

describe('a publication under way', () => {
  it('shows its progress, and is stopped: the version before stays and nothing is left', async () => {
    const { at, files, publish, answer } = newWorkspace();
    await publish(files('one'));
    const rows = Array.from({ length: 300_000 }, (_, index) => `{"id": ${index + 1}, "text": "row"}`).join('\n');
    const large = files('two', { 'tables/big.jsonc': files('')['tables/note.jsonc'] ?? '', 'seeds/big.jsonl': rows });
    const publishing = publish(large);
    let open: { id: string; state: string; progress: { rows?: number } } | undefined;
    while (open === undefined || (open.progress.rows ?? 0) === 0) {
      const listed = await call('GET', `${at()}/publications?limit=1`);
      open = (listed.body as unknown as (typeof open)[]).find((publication) => publication?.state === 'planned');
    }
    expect((await call('POST', `${at()}/publications/${open.id}/cancel`)).status).toBe(202);
    expect(await publishing).toMatchObject({ status: 409, body: { code: 'publication_cancelled' } });
    expect((await call('GET', `${at()}/publications/${open.id}`)).body).toMatchObject({ state: 'failed' });
    expect(await call('POST', `${at()}/publications/${open.id}/cancel`)).toMatchObject({
      status: 409,
      body: { code: 'publication_over' },
    });
    expect(await answer()).toBe('one');
    expect((await publish(files('two', { 'tables/big.jsonc': large['tables/big.jsonc'] ?? '' }))).status).toBe(201);
  });
});

describe('versions', () => {
  it('are listed in pages, shown with their files, and restored as new ones', async () => {
    const { at, files, publish, answer } = newWorkspace();
    const ids: unknown[] = [];
    for (const text of ['one', 'two', 'three']) ids.push((await publish(files(text))).body.version);
    const page = await call('GET', `${at()}/versions?limit=2`);
    expect(page.body).toMatchObject([{ id: ids[2], parent: ids[1], in_force: true }, { id: ids[1] }]);
    const next = /<([^>]+)>; rel="next"/.exec(page.link ?? '')?.[1] ?? '';
    expect(await call('GET', next)).toMatchObject({ body: [{ id: ids[0] }], link: null });
    const shown = await call('GET', `${at()}/versions/${ids[0]}`);
    expect(shown.body.files).toEqual(files('one'));

    const restored = await call('POST', `${at()}/versions/${ids[0]}/restore`, {});
    expect(restored.status).toBe(201);
    expect(ids).not.toContain(restored.body.version);
    expect(await answer()).toBe('one');
  });

  it('whose tables are gone are restored only when the loss is named', async () => {
    const { at, files, publish, answer } = newWorkspace();
    const first = await publish(files('one'));
    const wider =
      '{"columns": {"id": {"type": "int", "primary": true}, "text": {"type": "text"}, "more": {"type": "text", "default": ""}}}';
    await publish(files('two', { 'tables/note.jsonc': wider }));
    const path = `${at()}/versions/${first.body.version}/restore`;
    expect(await call('POST', path, {})).toMatchObject({ status: 409, body: { code: 'plan_needs_drops' } });
    expect(await answer()).toBe('two');
    expect((await call('POST', path, { drops: ['note.more'] })).status).toBe(201);
    expect(await answer()).toBe('one');
  });

  it('keep the identities of steps through edits and restores', async () => {
    const { at, files, publish } = newWorkspace();
    const stack = (steps: object[]) => ({ 'functions/f.jsonc': JSON.stringify({ stack: steps }) });
    const set = (name: string) => ({ function: 'create_variable', name, value: 1 });
    const idsOf = async (version: unknown) =>
      (await call('GET', `${at()}/versions/${version}`)).body.step_ids as Record<string, string>;
    const first = (await publish(files('one', stack([set('x'), set('y')])))).body.version;
    const second = (await publish(files('one', stack([set('z'), set('x'), set('y')])))).body.version;
    const [before, after] = [await idsOf(first), await idsOf(second)];
    const key = (index: number) => `functions/f.jsonc#/stack/${index}`;
    expect(after[key(1)]).toBe(before[key(0)]);
    expect(after[key(2)]).toBe(before[key(1)]);
    const restored = (await call('POST', `${at()}/versions/${first}/restore`, {})).body.version;
    expect(await idsOf(restored)).toEqual(before);
  });
});

describe('variables', () => {
  const declared = { 'env.jsonc': '{"LEVEL": {"default": "info"}, "KEY": {"secret": true}}' };

  it('are set, shown, taken away; secrets are never shown', async () => {
    const { at, files, publish, answer } = newWorkspace();
    await publish(files(['{{ env.LEVEL }}', "{{ env.KEY == 'top-secret' }}"], declared));
    expect(await answer()).toEqual(['info', false]);
    await call('PUT', `${at()}/variables/KEY`, { value: 'top-secret' });
    await call('PUT', `${at()}/variables/LEVEL`, { value: 'debug' });
    expect(await answer()).toEqual(['debug', true]);
    const listed = await call('GET', `${at()}/variables`);
    expect(listed.body).toMatchObject([
      { name: 'KEY', secret: true, value: null, from: 'set' },
      { name: 'LEVEL', secret: false, value: 'debug', from: 'set' },
    ]);
    expect(JSON.stringify(listed.body)).not.toContain('top-secret');
    expect(await call('DELETE', `${at()}/variables/LEVEL`)).toMatchObject({ status: 200, body: { changed: true } });
    expect(await answer()).toEqual(['info', true]);
  });

  it.each([
    ['NOBODY', { value: 'x' }, 404, 'variable_undeclared'],
    ['LEVEL', { value: 5 }, 400, 'input_invalid'],
    ['LEVEL', { value: 'a\u0000b' }, 400, 'input_invalid'],
    ['LEVEL', { value: 'x', more: 1 }, 400, 'input_invalid'],
  ])('%s = %j is %s %s', async (variable, body, status, code) => {
    const { at, files, publish } = newWorkspace();
    await publish(files('one', declared));
    expect(await call('PUT', `${at()}/variables/${variable}`, body)).toMatchObject({ status, body: { code } });
  });
});

describe('the control API', () => {
  it.each([
    ['GET', '/api/workspaces', 'not-the-key', 401, 'key_bad'],
    ['GET', '/api/workspaces/none', adminKey, 404, 'not_found'],
    ['GET', '/api/workspaces/none/environments/dev/versions', adminKey, 404, 'not_found'],
    ['POST', '/api/workspaces/UPPER/environments/dev/publish', adminKey, 400, 'input_invalid'],
  ])('%s %s is refused', async (method, path, key, status, code) => {
    expect(await call(method, path, method === 'POST' ? { files: {} } : undefined, key)).toMatchObject({
      status,
      body: { code, success: false },
    });
  });
});
