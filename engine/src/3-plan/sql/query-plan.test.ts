import { describe, expect, test } from 'vitest';
import { maxVariants, QueryPlan, reading } from './query-plan.ts';
import { absent, and, clause, type Sql, sql } from './tree.ts';
import { mismatch, nothing, present, scalarReader } from './uses.ts';

/** A statement with so many optional conditions. */
function planOf(count: number): QueryPlan {
  const uses = Array.from({ length: count }, (_, arg) => ({
    arg,
    read: scalarReader({ type: 'int' }),
    what: '==',
    wanted: 'a number',
  }));
  const parts = uses.map((_, use): Sql => {
    const bind: Sql = { kind: 'bind', use, binding: { type: 'int', pg: 'int8' } };
    return { kind: 'choice', use, cases: { [present]: sql`a = ${bind}`, [nothing]: absent } };
  });
  return new QueryPlan(sql`select 1${clause('where', and(...parts))}`, uses, reading('t', []));
}

describe('variants of a statement', () => {
  test('have the parameters of their own conditions only', () => {
    const plan = planOf(3);
    expect(plan.variantOf([1, 2, 3])).toMatchObject({
      statement: { text: 'select 1 where (a = $1::int8 and a = $2::int8 and a = $3::int8)' },
      params: [1, 2, 3],
    });
    expect(plan.variantOf([1, null, 3])).toMatchObject({
      statement: { text: 'select 1 where (a = $1::int8 and a = $2::int8)' },
      params: [1, 3],
    });
    expect(plan.variantOf([null, null, null])).toMatchObject({ statement: { text: 'select 1', params: [] }, params: [] });
    expect(plan.variantOf([1, 2, 3]).statement).toBe(plan.variantOf([4, 5, 6]).statement);
    expect(plan.size).toBe(3);
  });

  test('refuse a value without a case', () => {
    expect(() => planOf(1).variantOf(['x'])).toThrow('== needs a number, but got text.');
    expect(mismatch).toBe(2);
  });

  test.for([8, 20])('are kept up to a number, the used ones longest (%i conditions)', (count) => {
    const plan = planOf(count);
    const usual = Array.from({ length: count }, (_, i) => i);
    const first = plan.variantOf(usual).statement;
    for (let i = 0; i < 200; i++) {
      plan.variantOf(usual.map((n, bit) => ((i >> (bit % 8)) & 1 ? n : null)));
      for (let again = 0; again < 3; again++) expect(plan.variantOf(usual).statement).toBe(first);
    }
    expect(plan.size).toBe(maxVariants);
  });

  test('shown before a run are those with all values and with none', () => {
    expect(
      planOf(2)
        .mainStatements()
        .map((s) => s.text),
    ).toEqual(['select 1 where (a = $1::int8 and a = $2::int8)', 'select 1']);
  });
});
