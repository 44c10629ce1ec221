import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Problems } from '../problems.ts';
import type { Expression } from './ast.ts';
import { parseExpression, type Syntax } from './expression.ts';
import { binaryLevels, isBinaryOperator } from './operators.ts';
import { printExpression } from './print.ts';

const lambdas: Readonly<Record<string, readonly boolean[]>> = { map: [true], reduce: [true, false] };
const syntax: Syntax = { lambdaArguments: (filter) => (Object.hasOwn(lambdas, filter) ? lambdas[filter] : undefined) };

function parse(text: string): Expression {
  const problems = new Problems();
  const at = { source: { path: 'a', text }, pointer: '', offsetOf: (i: number) => i };
  const expression = parseExpression(text, at, problems, syntax);
  expect(problems.list, text).toEqual([]);
  return expression;
}

describe('prints the fewest brackets', () => {
  test.each([
    ['((a) + (b * c))', 'a + b * c'],
    ['(a + b) * c', '(a + b) * c'],
    ['a - (b - c)', 'a - (b - c)'],
    ['a || (b && c)', 'a || b && c'],
    ['(a ?? b) || c', '(a ?? b) || c'],
    ['(a < b) == c', 'a < b == c'],
    ['(a < b) is null', '(a < b) is null'],
    ['!(a in? [1,2])', '!(a in? [1, 2])'],
    ['(a ? b : c) ? d : e', '(a ? b : c) ? d : e'],
    ['a ? b : (c ? d : e)', 'a ? b : c ? d : e'],
    ['c ? (x|f) : y', 'c ? x|f : y'],
    ['c ? (x|f:1) : y', 'c ? (x|f:1) : y'],
    ['(-5)|abs', '-5|abs'],
    ['-(5|abs)', '-(5|abs)'],
    ['(-x)|abs', '(-x)|abs'],
    ['-(x|abs)', '-x|abs'],
    ['xs|map:(item.x + 1)|sum', 'xs|map:item.x + 1|sum'],
    ['xs|map:(item.x|abs)', 'xs|map:(item.x|abs)'],
    ['(xs|map:item) + ys', '(xs|map:item) + ys'],
    ['(xs|f:a.b).c', '(xs|f:a.b).c'],
    ["{'a': 1, 'b c': \"it's\"}", "{a: 1, 'b c': 'it\\'s'}"],
    ['x.0', 'x[0]'],
  ])('%s', (text, expected) => {
    expect(printExpression(parse(text), syntax)).toBe(expected);
  });

  test('without knowing the filters, brackets stand wherever a lambda would need them', () => {
    expect(printExpression(parse('xs|map:item.x + 1'))).toBe('xs|map:(item.x + 1)');
  });
});

const base = { span: { source: { path: 'a', text: '' }, start: 0, end: 0 }, pointer: '' };
const { span } = base;
// Also words that are operators elsewhere.
const name = fc.oneof(
  fc.constantFrom('a', 'b', 'item', 'not', 'in', 'is', 'and', 'search', 'now'),
  fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,4}$/),
);
const variable = name.filter((n) => !['null', 'true', 'false'].includes(n));
const number = fc.oneof(
  fc.nat().map((n): Expression => ({ kind: 'number', type: 'int', text: String(n), ...base })),
  fc.tuple(fc.nat(), fc.nat()).map(([n, m]): Expression => ({ kind: 'number', type: 'decimal', text: `${n}.${m}`, ...base })),
  fc.tuple(fc.nat(), fc.nat(99)).map(([n, m]): Expression => ({ kind: 'number', type: 'float', text: `${n}e${m}`, ...base })),
);
const { expression } = fc.letrec<{ expression: Expression }>((tie) => {
  const any = tie('expression');
  const list = fc.array(any, { maxLength: 3 });
  const key = fc.oneof(name, fc.string());
  return {
    expression: fc.oneof(
      { depthSize: 'medium', withCrossShrink: true },
      variable.map((n): Expression => ({ kind: 'name', name: n, ...base })),
      fc.constant<Expression>({ kind: 'null', ...base }),
      fc.boolean().map((value): Expression => ({ kind: 'boolean', value, ...base })),
      fc.string({ unit: 'binary' }).map((value): Expression => ({ kind: 'text', value, ...base })),
      number,
      fc.tuple(any, name).map(([object, n]): Expression => ({ kind: 'member', object, name: n, nameSpan: span, ...base })),
      fc.tuple(any, any).map(([object, index]): Expression => ({ kind: 'index', object, index, ...base })),
      fc
        .tuple(fc.constantFrom('!' as const, '-' as const), any)
        .map(([operator, operand]): Expression => ({ kind: 'unary', operator, operand, ...base })),
      fc
        .tuple(fc.constantFrom(...Object.keys(binaryLevels).filter(isBinaryOperator)), fc.boolean(), any, any)
        .map(([operator, marked, left, right]): Expression => {
          const optional = marked && !['+', '-', '*', '/', '%', '~'].includes(operator);
          return { kind: 'binary', operator, optional, operatorSpan: span, left, right, ...base };
        }),
      fc
        .tuple(fc.constantFrom('&&' as const, '||' as const, '??' as const), any, any)
        .map(([operator, left, right]): Expression => ({ kind: 'logical', operator, left, right, ...base })),
      fc.tuple(any, fc.boolean()).map(([operand, negated]): Expression => ({ kind: 'is_null', operand, negated, ...base })),
      fc
        .tuple(any, any, any)
        .map(([t, then, otherwise]): Expression => ({ kind: 'conditional', test: t, then, otherwise, ...base })),
      fc
        .tuple(any, fc.oneof(name, fc.constantFrom('map', 'reduce')), list)
        .map(([input, n, args]): Expression => ({ kind: 'filter', input, name: n, nameSpan: span, args, ...base })),
      list.map((items): Expression => ({ kind: 'list', items, ...base })),
      fc.uniqueArray(fc.tuple(key, any), { maxLength: 3, selector: ([k]) => k }).map(
        (entries): Expression => ({
          kind: 'object',
          entries: entries.map(([k, value]) => ({ key: k, keySpan: span, value })),
          ...base,
        }),
      ),
    ),
  };
});

/** The tree without places. */
function bare(e: unknown): unknown {
  const places = new Set(['span', 'pointer', 'nameSpan', 'keySpan', 'operatorSpan']);
  return JSON.parse(JSON.stringify(e, (k, v) => (places.has(k) ? undefined : v)));
}

test('parsing what was printed gives the same tree', () => {
  fc.assert(
    fc.property(expression, fc.boolean(), (e, known) => {
      const text = printExpression(e, known ? syntax : undefined);
      expect(bare(parse(text)), text).toEqual(bare(e));
    }),
    { numRuns: 5000 },
  );
});

test('a template is printed as texts that are joined', () => {
  const template: Expression = { kind: 'template', parts: ['a ', { kind: 'name', name: 'b', ...base }], ...base };
  expect(printExpression(template)).toBe("'a ' ~ b");
});
