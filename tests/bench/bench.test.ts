/** `npm run bench` runs from nothing to its file, on answers that both services give alike. */
import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { cells, rawRequest } from '../../bench/cells.ts';
import { largeWorkspace } from '../../bench/in-process/large-workspace.ts';
import { median } from '../../bench/measure.ts';
import { type RatioResult, type ValuesResult, verdicts } from '../../bench/results.ts';
import { customerCount, rowCount, seeds } from '../../bench/rows.ts';
import { temporaryFolder } from '../harness/postgres.ts';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const root = join(import.meta.dirname, '../..');

const above0 = expect.toSatisfy((value: unknown) => typeof value === 'number' && value > 0);
const figures = { rps: above0, p50_ms: above0, p99_ms: above0, server_us: above0 };

test('gives both sides’ figures of every cell, their ratios, and what a slow neighbour adds', async () => {
  const out = join(folder, 'results.json');
  const compared = [...cells.map(({ name }) => name), 'stack-60-steps'];
  const args = ['bench/run.ts', '--rounds', '1', '--seconds', '0.2', '--connections', '4', '--out', out];
  await promisify(execFile)(process.execPath, [...args, '--only', [...compared, 'slow-neighbour'].join(',')], { cwd: root });
  const { results }: { readonly results: readonly { readonly name: string }[] } = JSON.parse(readFileSync(out, 'utf8'));
  const byName = new Map(results.map((result) => [result.name, result]));
  expect([...byName.keys()].sort()).toEqual([...compared, 'slow-neighbour'].sort());
  for (const name of compared)
    expect(byName.get(name)).toMatchObject({
      ratio: above0,
      cpu_ratio: above0,
      p99_ratio: above0,
      ours: figures,
      baseline: figures,
    });
  expect(byName.get('slow-neighbour')).toMatchObject({
    measured: expect.arrayContaining([
      { what: 'rise of p99 beside compiled', value: expect.any(Number), unit: '%', goal: 20 },
      { what: 'rise of p99 beside direct', value: expect.any(Number), unit: '%', goal: 20 },
    ]),
  });
}, 120_000);

test('rows and requests are the same ones every time', () => {
  expect(seeds()).toEqual(seeds());
  const rows = Object.entries(seeds()).map(([table, lines]) => [table, lines.trim().split('\n').length]);
  expect(rows).toEqual([
    ['customer', customerCount],
    ['item', rowCount],
    ['order', rowCount],
    ['order_line', expect.any(Number)],
    ['shelf', 1],
  ]);
  expect(cells.map(({ requests }) => new Set(requests.map((one) => rawRequest(one, 'h'))).size > 20)).toEqual(
    cells.map(() => true),
  );
});

test('the large workspace has a thousand endpoints, no two alike', () => {
  const endpoints = [...largeWorkspace()].filter(([path]) => path.startsWith('apis/')).map(([, text]) => text);
  expect(new Set(endpoints).size).toBe(1_000);
});

describe('goals', () => {
  const same = { rps: 1, p50_ms: 1, p99_ms: 1, server_us: 1 };
  const result: RatioResult = {
    name: 'read-by-id',
    ratio: 2,
    cpu_ratio: 2.2,
    p99_ratio: 1.3,
    ours: same,
    baseline: same,
    loader_busy: 0.5,
  };
  const held = (of: RatioResult | ValuesResult) => verdicts(of).map(({ what, holds }) => [what, holds]);

  test('a ratio is at least its goal, p99 at most a quarter above the baseline’s', () =>
    expect(held(result)).toEqual([
      ['ratio', true],
      ['processor ratio', false],
      ['p99 ratio', false],
    ]));

  test('a value is at most its goal; one without a goal is only told', () =>
    expect(
      held({
        name: 'compile-1000',
        measured: [
          { what: 'a', value: 3, unit: 's', goal: 3 },
          { what: 'b', value: 4, unit: 's', goal: 3 },
          { what: 'c', value: 5, unit: 's', goal: null },
        ],
      }),
    ).toEqual([
      ['a', true],
      ['b', false],
      ['c', null],
    ]));
});

test.for([
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
  [[7], 7],
] as const)('the median of %j is %d', ([values, expected]) => {
  expect(median(values)).toBe(expected);
});
