/** Lowers checked expressions to the IR: names become slots, constants are folded. */
import type { BinaryExpression, Expression } from '../1-syntax/ast.ts';
import type { Analysis } from '../2-check/analysis.ts';
import { findFilter } from '../filters/index.ts';
import type { IrExpression, IrLambda } from '../ir.ts';
import { Decimal } from '../values/decimal.ts';
import { Float } from '../values/float.ts';
import type { Value } from '../values/value.ts';

const constant = (value: Value): IrExpression => ({ op: 'constant', value });

/** The value of a number literal. The check has refused ints beyond their range. */
function numberValue(type: 'int' | 'decimal' | 'float', text: string): Value {
  if (type === 'int') return Number(text);
  if (type === 'float') return Float.of(Number(text));
  const value = Decimal.parse(text);
  if (value === null) throw new Error(`the parser let ${text} through as a decimal`);
  return value;
}

/**
 * Lowers an expression whose names were bound by the check.
 * @param step - number of the step that asks for `now` and `uuid`
 */
export function lower(expression: Expression, analysis: Analysis, step: number): IrExpression {
  const go = (e: Expression): IrExpression => lower(e, analysis, step);
  switch (expression.kind) {
    case 'null':
    case 'hole':
      return constant(null);
    case 'boolean':
    case 'text':
      return constant(expression.value);
    case 'number':
      return constant(numberValue(expression.type, expression.text));
    case 'name': {
      const binding = analysis.nameOf(expression);
      switch (binding?.kind) {
        case 'slot':
          return { op: 'slot', slot: binding.slot };
        case 'local':
          return { op: 'local', name: binding.local };
        case 'root':
          return { op: 'root', name: binding.root };
        case 'effect':
          return { op: 'effect', effect: binding.effect, step };
        default:
          throw new Error(`the name ${expression.name} was not bound`);
      }
    }
    case 'member':
      return { op: 'member', object: go(expression.object), name: expression.name };
    case 'index':
      return { op: 'index', object: go(expression.object), index: go(expression.index) };
    case 'unary':
      return lowerUnary(expression.operator, go(expression.operand));
    case 'binary':
      return {
        op: 'binary',
        operator: expression.operator,
        left: go(expression.left),
        right: go(expression.right),
        ...sidesOf(expression, analysis),
      };
    case 'logical': {
      const op = expression.operator === '&&' ? 'and' : expression.operator === '||' ? 'or' : 'coalesce';
      return { op, left: go(expression.left), right: go(expression.right) };
    }
    case 'is_null':
      return { op: 'is_null', operand: go(expression.operand), negated: expression.negated };
    case 'conditional':
      return { op: 'conditional', test: go(expression.test), then: go(expression.then), otherwise: go(expression.otherwise) };
    case 'filter': {
      const found = findFilter(expression.name);
      if (found === undefined) throw new Error(`the filter ${expression.name} was not checked`);
      const args = expression.args.map((argument): IrExpression | IrLambda => {
        const locals = analysis.lambdaOf(argument);
        return locals === undefined ? go(argument) : { op: 'lambda', parameters: locals.parameters, body: go(argument) };
      });
      return { op: 'filter', filter: found.filter, input: go(expression.input), args };
    }
    case 'list':
      return lowerList(expression.items.map(go));
    case 'object':
      return lowerObject(expression.entries.map((entry) => [entry.key, go(entry.value)] as const));
    case 'template':
      return { op: 'template', parts: expression.parts.map((part) => (typeof part === 'string' ? part : go(part))) };
  }
}

/** What the check expects of both sides, where that is one type; a side that it knows nothing of may be anything. */
function sidesOf({ left, right }: BinaryExpression, analysis: Analysis): { readonly sides?: 'int' | 'text' } {
  const known = [left, right].map((side) => analysis.typeOf(side)?.kind ?? 'any').filter((kind) => kind !== 'any');
  const [first] = known;
  return (first === 'int' || first === 'text') && known.every((kind) => kind === first) ? { sides: first } : {};
}

function lowerUnary(operator: '!' | '-', operand: IrExpression): IrExpression {
  if (operator === '!') return { op: 'not', operand };
  if (operand.op === 'constant') {
    const { value } = operand;
    if (typeof value === 'number') return constant(value === 0 ? 0 : -value);
    if (value instanceof Decimal) return constant(value.negate());
    if (value instanceof Float) return constant(Float.of(-value.$value));
  }
  return { op: 'negate', operand };
}

function lowerList(items: readonly IrExpression[]): IrExpression {
  const values: Value[] = [];
  for (const item of items) {
    if (item.op !== 'constant') return { op: 'list', items };
    values.push(item.value);
  }
  return constant(Object.freeze(values));
}

function lowerObject(entries: readonly (readonly [string, IrExpression])[]): IrExpression {
  const object: Record<string, Value> = Object.create(null) as Record<string, Value>;
  for (const [key, value] of entries) {
    if (value.op !== 'constant') return { op: 'object', entries };
    object[key] = value.value;
  }
  return constant(Object.freeze(object));
}
