import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder, testPostgres } from '../../../../tests/harness/postgres.ts';
import { migrate, readMigrations } from './migrate.ts';
import type { DatabaseRef, Postgres } from './postgres.ts';

let postgres: Postgres;
let ref: DatabaseRef;
beforeAll(async () => {
  postgres = await testPostgres();
});

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = join(temporaryFolder(), 'migrations');
  mkdirSync(folder);
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const one = { '000001_one.sql': 'create table one (id int);\n' };
const run = (files: Readonly<Record<string, string>>) =>
  postgres.asOwner(ref, (client) => migrate(client, readMigrations(folderOf(files))));
const fresh = async (): Promise<void> => {
  ref = await postgres.createDatabase();
};

test('each file is applied once, in order', async () => {
  await fresh();
  expect(await run(one)).toEqual(['000001_one.sql']);
  expect(await run({ ...one, '000002_two.sql': 'alter table one add column n int;' })).toEqual(['000002_two.sql']);
  expect(await run({ ...one, '000002_two.sql': 'alter table one add column n int;' })).toEqual([]);
});

test('other line ends are the same text', async () => {
  await fresh();
  await run(one);
  expect(await run({ '000001_one.sql': 'create table one (id int);\r\n' })).toEqual([]);
});

test('nodes that start together wait for each other', async () => {
  await fresh();
  const applied = await Promise.all([run(one), run(one), run(one)]);
  expect(applied.flat()).toEqual(['000001_one.sql']);
});

test('a changed text, and a database of a later release, stop the start', async () => {
  await fresh();
  await run({ ...one, '000002_two.sql': 'select 1' });
  await expect(run({ ...one, '000002_two.sql': 'select 2' })).rejects.toThrow(/000002_two\.sql was changed after it was applied/);
  await expect(run(one)).rejects.toThrow(/made by a later release \(000002_two\.sql\)/);
});

test('one that fails leaves nothing, and can be applied when it is right', async () => {
  await fresh();
  await expect(run({ '000001_one.sql': 'create table one (id int); select 1 / 0;' })).rejects.toThrow(
    /migration 000001_one\.sql failed: division by zero/,
  );
  expect(await run(one)).toEqual(['000001_one.sql']);
});

test('numbers have no gaps', () => {
  expect(() => readMigrations(folderOf({ ...one, '000003_three.sql': '' }))).toThrow(
    'migration 000003_three.sql should have the number 2',
  );
  expect(() => readMigrations(folderOf({ 'one.sql': '' }))).toThrow('migration one.sql should have the number 1');
});
