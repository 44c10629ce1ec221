/**
 * What `ashlar explain` shows of the shop's lists: each statement has one text that was fixed when it was published, and the
 * program reads members straight, without a helper that would only do the same.
 */
import { expect, test } from 'vitest';
import { type Ended, start } from '../cli/command.ts';

interface Explained {
  readonly label: string;
  readonly sql: readonly {
    readonly steps: readonly number[];
    readonly beside: string | null;
    readonly absent: boolean;
    readonly text: string;
    readonly params: readonly string[];
  }[];
  readonly javascript: string;
  readonly effects: { readonly reads: readonly string[]; readonly writes: readonly string[] };
}

async function explained(file: string): Promise<Explained> {
  const { code, out, err }: Ended = await start(['explain', '--json', `examples/shop/apis/shop/${file}`]).ended;
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const [one, ...more]: readonly Explained[] = JSON.parse(out);
  expect(more).toEqual([]);
  if (one === undefined) throw new Error(`nothing was explained of ${file}`);
  return one;
}

/** Statements, as `step beside`; those of a run without any optional value carry a minus. */
const statementsOf = ({ sql }: Explained): readonly string[] =>
  sql.map(({ steps, beside, absent }) => `${steps.join()} ${beside ?? 'rows'}${absent ? ' -' : ''}`);

const lists: readonly [file: string, reads: readonly string[], statements: readonly string[]][] = [
  ['products.get.jsonc', ['category', 'product'], ['1 rows', '1 rows -', '1 total', '1 total -']],
  ['products/search.get.jsonc', ['product'], ['1 rows', '1 rows -', '1 total']],
  ['products/[id]/reviews.get.jsonc', ['customer', 'review'], ['1 rows', '1 rows -', '1 total', '1 total -', '1 nested']],
  ['orders.get.jsonc', ['order', 'order_line'], ['1 rows', '1 rows -', '1 total', '1 total -', '1 nested']],
];

test.for(lists)(
  '%s: one fixed text for each statement, and no helper where a direct read does',
  async ([file, reads, wanted]) => {
    const one = await explained(file);
    expect(one.effects).toMatchObject({ reads, writes: [] });
    expect(statementsOf(one)).toEqual(wanted);
    expect(new Set(one.sql.map(({ text }) => text)).size).toBe(one.sql.length);
    for (const { text, params } of one.sql) {
      // Columns are written out, and every value is a parameter.
      expect(text.replaceAll('count(*)', '')).not.toContain('*');
      expect(text).not.toMatch(/where false/);
      expect(new Set(text.match(/\$\d+/g)).size).toBe(params.length);
    }
    // Places of errors are the one thing that a list needs help with.
    expect([...new Set(one.javascript.match(/\bh\.\w+/g))]).toEqual(['h.located']);
    // Arguments are members read straight from the input, and nothing else is done to them.
    const [, args = ''] = /k\[\d+\]\(run, \d+, k\[\d+\], \[(.*)\]\);/.exec(one.javascript) ?? [];
    expect(args.split(', ').every((arg) => /^(?:\((?:input|run\.auth)\?\.\w+ \?\? null\)|null|\d+|true|false)$/.test(arg))).toBe(
      true,
    );
    expect(args).toContain('input?.');
  },
);
