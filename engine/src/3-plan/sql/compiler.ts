/**
 * Expressions over rows -> SQL. Every maximal part that touches no column is evaluated before the query and bound (constants
 * are written as literals); the rest becomes SQL. What the database can't compute is a problem with its place.
 */
import type { BinaryExpression, Expression, LogicalExpression } from '../../1-syntax/ast.ts';
import { Bigint } from '../../values/bigint.ts';
import { Decimal } from '../../values/decimal.ts';
import { Float } from '../../values/float.ts';
import { encodeJson } from '../../values/json.ts';
import type { Value } from '../../values/value.ts';
import { bindingOf, familyOf, pgName, type SqlType } from './column-types.ts';
import { compareCondition } from './comparison.ts';
import { type CompileContext, constantOf, type Place } from './context.ts';
import { membershipCondition } from './membership.ts';
import { badParameter, columnTypeMismatch, optionalInWrite, optionalTouchesColumn, unknownRowName } from './problems.ts';
import { computeValue } from './scalar.ts';
import { type Reached, reach, type SqlScope, type SqlValue, touchesRows } from './scope.ts';
import { absent, and, cast, no, not, numberLiteral, or, type Sql, sql, textLiteral, yes } from './tree.ts';
import { nothing, nullReader, present, type Reader, truthReader, type UseState } from './uses.ts';

/** Where the expression stands, which decides what is allowed in it. */
export interface CompileOptions {
  /** Whether conditions with a question mark may stand here. */
  readonly optional: 'allowed' | 'in_write' | 'no';
  /** Set in `aggregate` and `having`: the expressions that rows are grouped by; other columns may stand only inside aggregates. */
  readonly groupedBy?: ReadonlySet<string>;
  /** Inside a quotient, whose sides stand in a subselect. */
  readonly inQuotient?: true;
}

/** Makes the SQL of an operand's value: as its own type, or as another one. */
export type Bind = (as?: SqlType) => Sql;

export class RowCompiler {
  readonly context: CompileContext;
  readonly scope: SqlScope;
  readonly options: CompileOptions;

  constructor(context: CompileContext, scope: SqlScope, options: CompileOptions = { optional: 'no' }) {
    this.context = context;
    this.scope = scope;
    this.options = options;
  }

  /** The same scope inside of an aggregate: every column is allowed. */
  insideAggregate(): RowCompiler {
    return new RowCompiler(this.context, this.scope, { optional: 'no' });
  }

  /** The same scope for a side of a quotient. */
  insideQuotient(): RowCompiler {
    return new RowCompiler(this.context, this.scope, { ...this.options, inQuotient: true });
  }

  touches(expression: Expression): boolean {
    return touchesRows(expression, this.scope);
  }

  /** The condition of a whole parameter. A text without braces would be true for every row: it is refused. */
  root(expression: Expression): Sql {
    if (expression.kind === 'text' || expression.kind === 'template')
      this.context.report(badParameter, expression, {
        message: 'A condition is an expression in {{ }}, and this is a text.',
        hint: '"{{ db.order.status == input.status }}"',
      });
    return this.condition(expression);
  }

  /** A condition: true or not true, null inside SQL counting as not true. */
  condition(expression: Expression): Sql {
    if (!this.touches(expression)) return this.#outerTruth(expression);
    switch (expression.kind) {
      case 'logical':
        if (expression.operator === '??') return this.truth(this.value(expression));
        return this.#logical(expression);
      case 'unary':
        return expression.operator === '!' ? not(this.condition(expression.operand)) : this.truth(this.value(expression));
      case 'binary':
        return this.#binary(expression);
      case 'is_null': {
        const value = this.value(expression.operand);
        return expression.negated ? sql`${value.sql} is not null` : sql`${value.sql} is null`;
      }
      default:
        return this.truth(this.value(expression));
    }
  }

  #logical(expression: LogicalExpression): Sql {
    const left = this.condition(expression.left);
    const right = this.condition(expression.right);
    return expression.operator === '&&' ? and(left, right) : or(left, right);
  }

  /** A condition without columns: known before the query, so it chooses the variant. */
  #outerTruth(expression: Expression): Sql {
    if (expression.kind === 'logical' && expression.operator !== '??') return this.#logical(expression);
    const constant = constantOf(expression);
    if (constant !== undefined) return truthReader(constant, [], 0) === present ? yes : no;
    if (expression.kind === 'binary' && expression.optional) {
      this.#noteOptional(expression);
      this.context.report(optionalTouchesColumn, expression, { operator: `${expression.operator}?` });
      return absent;
    }
    this.context.typeOf(expression);
    const use = this.context.use(expression, truthReader, 'The condition', 'a value');
    return { kind: 'choice', use, cases: { [present]: yes, [nothing]: no } };
  }

  #binary(expression: BinaryExpression): Sql {
    switch (expression.operator) {
      case '+':
      case '-':
      case '*':
      case '/':
      case '%':
      case '~':
        return this.truth(this.value(expression));
      default:
    }
    const condition = isComparison(expression.operator)
      ? compareCondition(this, expression, expression.operator)
      : membershipCondition(this, expression);
    return expression.optional ? this.#optional(expression, condition) : condition;
  }

  /** Leaves the condition out when its right side is null. */
  #optional(expression: BinaryExpression, condition: Sql): Sql {
    this.#noteOptional(expression);
    const { right } = expression;
    if (this.touches(right)) {
      this.context.report(optionalTouchesColumn, expression, { operator: `${expression.operator}?` });
      return absent;
    }
    const constant = constantOf(right);
    if (constant !== undefined) return constant === null ? absent : condition;
    const arg = this.context.arg(right);
    this.context.markOptional(arg);
    const direct = leftOutWhenNull(condition, (use) => this.context.uses[use]?.arg === arg);
    if (direct !== undefined) return direct;
    const use = this.context.use(right, nullReader, `${expression.operator}?`, 'a value');
    return { kind: 'choice', use, cases: { [present]: condition, [nothing]: absent } };
  }

  #noteOptional(expression: BinaryExpression): void {
    const { context, options } = this;
    const operator = `${expression.operator}?`;
    if (options.optional === 'in_write') context.report(optionalInWrite, expression, { operator });
    if (options.optional === 'no')
      context.report(badParameter, expression, { message: `${operator} may only stand in the where of a query.` });
    context.optionalCount += 1;
  }

  /** A value as a condition: falsy are null, false, 0 and "". */
  truth(value: SqlValue): Sql {
    switch (familyOf(value.type)) {
      case 'bool':
        return value.sql;
      case 'number':
        return sql`${value.sql} <> 0`;
      case 'text':
        return sql`${value.sql} <> ''`;
      case 'json':
        return sql`${value.sql} not in ('null'::jsonb, 'false'::jsonb, '0'::jsonb, '""'::jsonb)`;
      default:
        return sql`${value.sql} is not null`;
    }
  }

  /** A value computed by the database. `wanted` helps where a bound part's type is not known before the run. */
  value(expression: Expression, wanted?: SqlType): SqlValue {
    return computeValue(this, expression, wanted);
  }

  /** What a chain of names reaches; an unknown name is reported. */
  reached(expression: Expression): Reached | undefined {
    const reached = reach(expression, this.scope);
    if (reached?.kind === 'unknown')
      this.context.report(unknownRowName, expression, { name: reached.name, of: reached.of, candidates: reached.candidates });
    return reached;
  }

  /**
   * SQL that depends on how the value of a part without columns stands: `cases` by state. For a constant the state is known now.
   * A state without a case refuses the value: a problem now, or `wrong_type` in the run.
   */
  operand(
    expression: Expression,
    of: SqlType,
    read: Reader,
    what: string,
    wanted: string,
    cases: (bind: Bind) => Readonly<Partial<Record<UseState, Sql>>>,
  ): Sql {
    const constant = constantOf(expression);
    const literal = constant === undefined ? undefined : this.#literalCase(expression, constant, of, read, what, wanted, cases);
    if (literal !== undefined) return literal;
    this.context.typeOf(expression);
    const use = this.context.use(expression, read, what, wanted);
    const bind: Bind = (as = of) => ({ kind: 'bind', use, binding: bindingOf(as) });
    return { kind: 'choice', use, cases: cases(bind) };
  }

  #literalCase(
    at: Place,
    constant: Value,
    of: SqlType,
    read: Reader,
    what: string,
    wanted: string,
    cases: (bind: Bind) => Readonly<Partial<Record<UseState, Sql>>>,
  ): Sql | undefined {
    const out: Value[] = [];
    const state = read(constant, out, 0);
    const value = out[0] ?? null;
    const chosen = cases((as = of) => literal(value, as))[state];
    if (chosen === undefined)
      this.context.report(columnTypeMismatch, at, { operator: what, wanted, found: 'a constant of another type' });
    return chosen ?? no;
  }
}

/** Where the condition looks at the value itself, its case for null is the place to leave it out: one use fewer to look at. */
function leftOutWhenNull(condition: Sql, isOfValue: (use: number) => boolean): Sql | undefined {
  if (condition.kind === 'choice' && isOfValue(condition.use))
    return { ...condition, cases: { ...condition.cases, [nothing]: absent } };
  if (condition.kind !== 'not') return undefined;
  const part = leftOutWhenNull(condition.part, isOfValue);
  return part === undefined ? undefined : not(part);
}

const isComparison = (operator: string): operator is Comparison => comparisons.has(operator);
const comparisons: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);
export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';

/** A constant as SQL: digits and quoted texts, with a cast where the type isn't plain from the digits. */
export function literal(value: Value, of: SqlType): Sql {
  if (value === null) return cast(sql`null`, pgName(of));
  if (typeof value === 'boolean') return value ? sql`true` : sql`false`;
  if (of.type === 'json') return cast(textLiteral(encodeJson(value, { decimals: 'number' })), 'jsonb');
  // Always with a cast: a bare number after `order by` or `group by` would be a place in the list of columns.
  if (typeof value === 'number') return cast(numberLiteral(String(value)), pgName(of));
  if (value instanceof Bigint) return cast(numberLiteral(value.toText()), 'int8');
  if (value instanceof Decimal) return cast(numberLiteral(value.toText()), 'numeric');
  if (value instanceof Float) return cast(textLiteral(value.toText()), 'float8');
  if (typeof value === 'string') return cast(textLiteral(value), pgName(of));
  throw new Error('only plain constants are written as literals');
}
