import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Statement } from './statement.ts';
import { wayOf } from './way.ts';

const read: Statement = {
  name: 'q',
  text: 'select 1',
  params: [],
  columns: [],
  access: 'read',
  table: 'order',
  maxRows: 1,
  byUniqueKey: false,
  locks: false,
};

test('what locks rows, and what changes more than a new row, never shares a connection', () => {
  fc.assert(
    fc.property(
      fc.record({ byUniqueKey: fc.boolean(), maxRows: fc.option(fc.nat()), locks: fc.boolean(), access: fc.constantFrom('read', 'write') }),
      (facts) => {
        const { way } = wayOf({ ...read, ...facts });
        if (facts.locks || facts.access === 'write') expect(way).toBe('own');
      },
    ),
  ); // biome-ignore format: short
});

test('what has no bound goes alone, unless it is one row by a unique key', () => {
  expect(wayOf({ ...read, maxRows: null }).way).toBe('own');
  expect(wayOf({ ...read, maxRows: 20, unbounded: true }).way).toBe('own');
  expect(wayOf({ ...read, maxRows: null, byUniqueKey: true }).way).toBe('shared');
});
