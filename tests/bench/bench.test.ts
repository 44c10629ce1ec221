/** `npm run bench` runs from nothing to its file, on answers that both services give alike. */
import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { cells, rawRequest } from '../../bench/cells.ts';
import { median } from '../../bench/measure.ts';
import { itemLines, rowCount } from '../../bench/rows.ts';
import { temporaryFolder } from '../harness/postgres.ts';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const root = join(import.meta.dirname, '../..');

test('gives both services’ figures of every cell, and their ratios', async () => {
  const out = join(folder, 'results.json');
  const args = ['bench/run.ts', '--rounds', '1', '--seconds', '0.3', '--connections', '4', '--out', out];
  await promisify(execFile)(process.execPath, args, { cwd: root });
  const { results }: { readonly results: readonly Record<string, unknown>[] } = JSON.parse(readFileSync(out, 'utf8'));
  expect(results.map(({ name }) => name)).toEqual(cells.map(({ name }) => name));
  const above0 = expect.toSatisfy((value: unknown) => typeof value === 'number' && value > 0);
  const figures = { rps: above0, p50_ms: above0, p99_ms: above0, server_us: above0 };
  for (const result of results)
    expect(result).toMatchObject({ ratio: above0, cpu_ratio: above0, ours: figures, baseline: figures });
}, 120_000);

test('rows and requests are the same ones every time', () => {
  expect(itemLines()).toBe(itemLines());
  expect(itemLines().trim().split('\n')).toHaveLength(rowCount);
  expect(cells.map(({ requests }) => new Set(requests.map((one) => rawRequest(one, 'h'))).size > 20)).toEqual(
    cells.map(() => true),
  );
});

test.for([
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
  [[7], 7],
] as const)('the median of %j is %d', ([values, expected]) => {
  expect(median(values)).toBe(expected);
});
