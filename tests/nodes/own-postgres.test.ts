/** A PostgreSQL of one's own: what Debian has installed, older than the embedded one. CI installs it. */
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../harness/postgres.ts';
import { startTestServer } from '../harness/server.ts';

const installed = '/usr/lib/postgresql';
const version = existsSync(installed) ? readdirSync(installed).sort().at(-1) : undefined;
const program = (name: string): string => join(installed, version ?? '', 'bin', name);

/** PostgreSQL refuses root: there it runs as the account that Debian's package makes. */
const account =
  process.getuid?.() === 0
    ? { uid: Number(execFileSync('id', ['-u', 'nobody'])), gid: Number(execFileSync('id', ['-g', 'nobody'])) }
    : {};

describe.runIf(version !== undefined || process.env.CI === 'true')(`PostgreSQL ${version} behind DATABASE_URL`, () => {
  const folder = temporaryFolder();
  const cluster = join(folder, 'cluster');
  const workspace = join(folder, 'own');
  let server: ReturnType<typeof spawn>;
  const url = (user: string): string => `postgres://${user}:word@${encodeURIComponent(cluster)}/postgres`;

  beforeAll(async () => {
    mkdirSync(cluster);
    if (account.uid !== undefined) chownSync(cluster, account.uid, account.gid);
    const options = ['-D', join(cluster, 'data'), '-U', 'whole', '--auth=trust', '--no-sync'];
    execFileSync(program('initdb'), options, { ...account, cwd: cluster, stdio: 'ignore' });
    const settings = ['-c', 'listen_addresses=', '-c', `unix_socket_directories=${cluster}`, '-c', 'fsync=off'];
    server = spawn(program('postgres'), ['-D', join(cluster, 'data'), ...settings], {
      ...account,
      cwd: cluster,
      stdio: 'ignore',
    });
    await ready(url('whole'));
    mkdirSync(join(workspace, 'tables'), { recursive: true });
    mkdirSync(join(workspace, 'apis/own'), { recursive: true });
    writeFileSync(join(workspace, 'ashlar.jsonc'), '{"name": "own"}');
    writeFileSync(
      join(workspace, 'tables/note.jsonc'),
      '{"columns": {"id": {"type": "int", "primary": true}, "text": "text"}, "indexes": [{"type": "search", "columns": ["text"]}]}',
    );
    writeFileSync(
      join(workspace, 'apis/own/notes.post.jsonc'),
      `{"input": {"text": "text"}, "stack": [
        {"function": "add_record", "table": "note", "data": {"text": "{{ input.text }}"}},
        {"function": "query_records", "table": "note", "where": "{{ db.note.text search input.text }}", "return_as": "found"},
        {"function": "direct_query", "sql": "select count(*) as n from note", "single": true, "return_as": "all"}],
        "response": {"found": "{{ found|map:item.text }}", "all": "{{ all.n }}"}}`,
    );
  });

  afterAll(async () => {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGQUIT');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    ['a superuser', 'superuser'],
    ['a role that may make databases and roles', 'createdb createrole'],
  ])('serves a workspace for %s', async (_who, rights) => {
    const admin = new pg.Client(url('whole'));
    await admin.connect();
    const role = `role_${rights.length}`;
    await admin.query(`create role ${role} login password 'word' ${rights}`);
    await admin.query(`create database ${role} owner ${role}`);
    await admin.end();
    const started = await startTestServer({
      workspaces: [workspace],
      settings: { DATABASE_URL: url(role).replace(/postgres$/, role) },
    });
    const answer = await started.call('POST', '/api:own/notes', { body: { text: 'stone' } });
    expect([answer.status, answer.body]).toEqual([200, { found: ['stone'], all: 1 }]);
  });
});

async function ready(url: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const client = new pg.Client(url);
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (attempt > 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
