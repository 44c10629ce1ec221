import { describe, expect, test } from 'vitest';
import type { Expression } from '../1-syntax/ast.ts';
import { parseExpression } from '../1-syntax/expression.ts';
import { defaultLimits } from '../limits.ts';
import { Problems } from '../problems.ts';
import { Decimal } from '../values/decimal.ts';
import { Float } from '../values/float.ts';
import { memberOf } from '../values/member.ts';
import { add, divide, equals, joinText, less, multiply, negate, remainder, toText } from '../values/operators.ts';
import { toValue } from '../values/plain.ts';
import { Timestamp } from '../values/time.ts';
import type { Value } from '../values/value.ts';
import type { FilterContext, Lambda } from './define.ts';
import { applyFilter, filters, findFilter, lambdaArguments, prepareFilter } from './index.ts';

/** A run for examples: default limits, UTC, an endless budget. */
const context: FilterContext = { limits: defaultLimits, timezone: 'UTC', charge: () => undefined };

const operators: Readonly<Record<string, (a: Value, b: Value) => Value>> = {
  '+': add,
  '*': multiply,
  '/': divide,
  '%': remainder,
  '~': joinText,
  '==': equals,
  '<': less,
  '>': (a, b) => less(b, a),
};

type Names = ReadonlyMap<string, Value>;

/** As much of the language as the examples use, evaluated as it stands. */
function evaluate(e: Expression, names: Names): Value {
  switch (e.kind) {
    case 'null':
      return null;
    case 'text':
    case 'boolean':
      return e.value;
    case 'number':
      if (e.type === 'int') return Number(e.text);
      return e.type === 'float' ? Float.of(Number(e.text)) : Decimal.parse(e.text);
    case 'name':
      if (!names.has(e.name)) throw new Error(`no name ${e.name} in examples`);
      return names.get(e.name) ?? null;
    case 'member':
      return memberOf(evaluate(e.object, names), e.name);
    case 'unary':
      return negate(evaluate(e.operand, names));
    case 'list':
      return e.items.map((item) => evaluate(item, names));
    case 'object':
      return Object.fromEntries(e.entries.map((entry) => [entry.key, evaluate(entry.value, names)]));
    case 'binary':
      return operatorOf(e.operator)(evaluate(e.left, names), evaluate(e.right, names));
    case 'filter':
      return evaluateFilter(e, names);
    default:
      throw new Error(`examples have no ${e.kind}`);
  }
}

function operatorOf(name: string): (a: Value, b: Value) => Value {
  const operator = operators[name];
  if (operator === undefined) throw new Error(`examples have no operator ${name}`);
  return operator;
}

function evaluateFilter(e: Extract<Expression, { kind: 'filter' }>, names: Names): Value {
  const found = findFilter(e.name);
  if (found === undefined) throw new Error(`no filter ${e.name}`);
  const args = e.args.map((argument, i): Value | Lambda => {
    if (found.filter.parameters[i]?.kind !== 'lambda') return evaluate(argument, names);
    return (item, index, result = null) =>
      evaluate(argument, new Map([...names, ['item', item], ['index', index], ['result', result]]));
  });
  return applyFilter(prepareFilter(found.filter), context, evaluate(e.input, names), args);
}

function run(text: string): Value {
  const problems = new Problems();
  const at = { source: { path: 'example', text }, pointer: '', offsetOf: (i: number) => i };
  const expression = parseExpression(text, at, problems, { lambdaArguments });
  expect(problems.list).toEqual([]);
  return evaluate(expression, new Map());
}

describe.each(filters.map((filter) => [filter.name, filter] as const))('%s', (_name, filter) => {
  test.each(filter.examples.map((example) => [example.expression, example.result] as const))('%s', (expression, result) => {
    const value = run(expression);
    const shown = value instanceof Timestamp ? value.toText() : value;
    expect(equals(shown, toValue(result)), `gave ${toText(shown)}`).toBe(true);
  });

  test('its declaration reads well', () => {
    expect(filter.examples.length).toBeGreaterThanOrEqual(2);
    for (const text of [filter.description, ...filter.parameters.map((p) => p.description)])
      expect(text).toMatch(/^[\p{Lu}0-9"].*\.$/su);
    // Required parameters come first.
    const optional = filter.parameters.map((p) => p.optional === true);
    expect(optional).toEqual([...optional].sort());
  });
});
