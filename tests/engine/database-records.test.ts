/** One record at a time, against a real database. */
import { Bigint, Decimal } from '@ashlar/engine';
import { beforeAll, describe, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../harness/database.ts';
import { plain } from '../harness/plain.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase({
    customer: {
      columns: {
        email: { type: 'email', unique: true },
        name: 'text?',
        password: { type: 'password', nullable: true, min: 4 },
        level: { type: 'enum', values: ['low', 'high'], default: 'low' },
        points: { type: 'int', default: 0, min: 0, max: 100 },
        balance: { type: 'decimal', nullable: true, scale: 2 },
        tags: { type: 'list', items: 'text', nullable: true },
        extra: { type: 'json', nullable: true },
        token: { type: 'uuid', default: 'uuid' },
        born: { type: 'date', nullable: true },
        created_at: { type: 'timestamp', default: 'now' },
      },
    },
  });
});

const add = (data: object) =>
  db.answer({ stack: [{ function: 'add_record', table: 'customer', data, return_as: 'c' }], response: '{{ c }}' });

test('add, get, edit, patch, has, delete', async () => {
  const added = plain(
    await add({
      email: ' Ada@Example.com ',
      password: 'secret',
      balance: 12.345,
      tags: ['a', 'b"\\'],
      extra: { a: [1, null] },
      born: '1815-12-10',
    }),
  );
  expect(added).toEqual({
    id: 1,
    email: 'ada@example.com',
    name: null,
    level: 'low',
    points: 0,
    balance: '12.35',
    tags: ['a', 'b"\\'],
    extra: { a: [1, null] },
    token: '00000000-0000-4000-8000-000000000001',
    born: '1815-12-10',
    created_at: '2026-01-01T00:00:00.000Z',
  });
  expect((await db.sql('select password from customer'))[0]).toEqual({ password: 'hash of secret' });
  const get = (where: object, more: object = {}) =>
    db.answer(
      {
        input: { id: { type: 'json' } },
        stack: [{ function: 'get_record', table: 'customer', ...where, ...more, return_as: 'c' }],
        response: '{{ c }}',
      },
      { input: { id: 1 } },
    );
  expect(plain(await get({ id: '{{ input.id }}' }))).toEqual(added);
  expect(plain(await get({ where: '{{ db.customer.email == "ada@example.com" }}' }, { output: ['id', 'email'] }))).toEqual({
    id: 1,
    email: 'ada@example.com',
  });
  expect(await get({ id: 99 })).toBe(null);
  const edit = (step: object) =>
    db.answer({
      stack: [{ function: 'edit_record', table: 'customer', ...step, return_as: 'c' }],
      response: '{{ [c.points, c.name, c.level] }}',
    });
  expect(await edit({ id: 1, data: { points: 5, name: 'Ada', level: null } })).toEqual([5, 'Ada', 'low']);
  expect(await edit({ where: '{{ db.customer.name == "Ada" }}', data: { points: 6 } })).toEqual([6, 'Ada', 'low']);
  const patch = (data: Record<string, unknown>) =>
    db.answer(
      {
        input: { data: { type: 'json' } },
        stack: [{ function: 'patch_record', table: 'customer', id: 1, data: '{{ input.data }}', return_as: 'c' }],
        response: '{{ [c.points, c.name] }}',
      },
      { input: { data: data as never } },
    );
  expect(await patch({ points: 7 })).toEqual([7, 'Ada']);
  expect(await patch({})).toEqual([7, 'Ada']);
  expect(await patch({ name: null, points: 8 })).toEqual([8, null]);
  await expect(patch({ id: 3 })).rejects.toMatchObject({ code: 'key_not_changeable', status: 400 });
  await expect(patch({ nmae: 3 })).rejects.toMatchObject({ code: 'unknown_column', status: 400 });
  await expect(patch({ points: 101 })).rejects.toMatchObject({ code: 'value_refused', message: 'points: must be at most 100.' });
  await expect(patch({ email: null })).rejects.toMatchObject({ code: 'null_not_allowed' });
  const has = (where: string) =>
    db.answer({ stack: [{ function: 'has_record', table: 'customer', where, return_as: 'c' }], response: '{{ c }}' });
  expect(await has('{{ db.customer.points > 7 }}')).toBe(true);
  expect(await has('{{ db.customer.points > 8 }}')).toBe(false);
  const del = (id: number) =>
    db.answer({ stack: [{ function: 'delete_record', table: 'customer', id, return_as: 'c' }], response: '{{ c.email }}' });
  expect(await del(1)).toBe('ada@example.com');
  await expect(del(1)).rejects.toMatchObject({ code: 'not_found', status: 404 });
});

describe('writes by where', () => {
  test('change nothing when two rows match', async () => {
    await add({ email: 'a@x.de', name: 'twin' });
    await add({ email: 'b@x.de', name: 'twin' });
    const change = (step: object) =>
      db.answer({
        stack: [{ table: 'customer', where: '{{ db.customer.name == "twin" }}', ...step, return_as: 'c' }],
        response: '{{ c.email }}',
      });
    await expect(change({ function: 'edit_record', data: { points: 9 } })).rejects.toMatchObject({
      code: 'more_than_one',
      status: 409,
    });
    await expect(change({ function: 'delete_record' })).rejects.toMatchObject({ code: 'more_than_one' });
    await expect(change({ function: 'patch_record', data: { points: 9 } })).rejects.toMatchObject({ code: 'more_than_one' });
    await expect(change({ function: 'patch_record', data: {} })).rejects.toMatchObject({ code: 'more_than_one' });
    expect(await db.sql("select count(*)::int as n, sum(points)::int as p from customer where name = 'twin'")).toEqual([
      { n: 2, p: 0 },
    ]);
    expect(await change({ function: 'delete_record', where: '{{ db.customer.email == "a@x.de" }}' })).toBe('a@x.de');
    await expect(change({ function: 'delete_record', where: '{{ db.customer.email == "a@x.de" }}' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

test('add_or_edit_record adds once and then edits', async () => {
  const put = (data: object) =>
    db.answer({
      stack: [{ function: 'add_or_edit_record', table: 'customer', key: ['email'], data, return_as: 'c' }],
      response: '{{ [c.id, c.points] }}',
    });
  const first = plain(await put({ email: 'up@x.de', points: 1 }));
  const second = plain(await put({ email: 'up@x.de', points: 2 }));
  const third = plain(await put({ email: 'up@x.de' }));
  expect(second).toEqual([(first as number[])[0], 2]);
  expect(third).toEqual(second);
});

test('direct_query binds its parameters', async () => {
  const rows = await db.answer({
    stack: [
      { function: 'direct_query', sql: 'select $1::int8 + 1 as n, $2::text as t', params: [1, "x' or 1=1"], return_as: 'r' },
    ],
    response: '{{ r }}',
  });
  expect(plain(rows)).toEqual([{ n: 2, t: "x' or 1=1" }]);
});

describe('keys and defaults', () => {
  test('an int key may be given, a uuid key is made by the engine', async () => {
    const own = await testDatabase({
      a: { columns: { n: 'int?' } },
      b: {
        columns: { id: { type: 'uuid', primary: true }, n: { type: 'int', default: 7 }, big: { type: 'bigint', nullable: true } },
        indexes: [{ columns: ['n', 'big'], unique: true }],
      },
    });
    const put = async (table: string, data: object, more: object = {}) =>
      plain(await own.answer({ stack: [{ function: 'add_record', table, data, ...more, return_as: 'r' }], response: '{{ r }}' }));
    expect(await put('a', { id: 50, n: 1 })).toEqual({ id: 50, n: 1 });
    expect(await put('a', { id: null })).toEqual({ id: 1, n: null });
    expect(await put('a', {})).toEqual({ id: 2, n: null });
    await expect(put('a', { id: 50 })).rejects.toMatchObject({ code: 'unique_violation', status: 409 });
    expect(await put('b', { big: '9223372036854775807' })).toEqual({
      id: '00000000-0000-4000-8000-000000000001',
      n: 7,
      big: '9223372036854775807',
    });
    expect(await put('b', { n: null, big: 8 }, { function: 'add_or_edit_record', key: ['big', 'n'] })).toMatchObject({
      n: 7,
      big: '8',
    });
    expect(await put('b', { n: 7, big: 8 }, { function: 'add_or_edit_record', key: ['n', 'big'] })).toMatchObject({
      n: 7,
      big: '8',
    });
    expect((await own.sql('select count(*)::int as n from b'))[0]).toEqual({ n: 2 });
    const asked = (where: string, input: object) =>
      own.answer(
        { input: { x: 'json' }, stack: [{ function: 'has_record', table: 'b', where, return_as: 'r' }], response: '{{ r }}' },
        { input: input as never },
      );
    expect(await asked('{{ db.b.big == input.x }}', { x: Bigint.parse('9223372036854775807') })).toBe(true);
    // Digits in a text are a text: never equal to a number, in SQL as in a stack.
    expect(await asked('{{ db.b.big == input.x }}', { x: '9223372036854775807' })).toBe(false);
    expect(await asked('{{ db.b.big > input.x }}', { x: 7 })).toBe(true);
    expect(await asked('{{ db.b.big == input.x }}', { x: Decimal.parse('99999999999999999999') })).toBe(false);
  });

  test('a locked record', async () => {
    const answer = await db.answer({
      stack: [
        {
          function: 'transaction',
          stack: [
            { function: 'has_record', table: 'customer', where: '{{ db.customer.points >= 0 }}', lock: 'update', return_as: 'h' },
          ],
        },
      ],
      response: '{{ h }}',
    });
    expect(answer).toBe(true);
  });
});
