/** Values computed by the database: columns, members of json, arithmetic, texts, choices, filters. */
import type {
  BinaryExpression,
  ConditionalExpression,
  Expression,
  IndexExpression,
  LogicalExpression,
  MemberExpression,
} from '../../1-syntax/ast.ts';
import { type Marks, marksOf, ownMarks, type Type } from '../../types/type.ts';
import { isNumber } from '../../values/kinds.ts';
import { literalFor } from '../../values/operators.ts';
import { aggregateValue, isAggregate } from './aggregates.ts';
import { bool, decimal, familyOf, int, pgName, type SqlType, text, textOfTypes } from './column-types.ts';
import { asDecimal, comparable } from './comparison.ts';
import { literal, type RowCompiler } from './compiler.ts';
import { constantOf } from './context.ts';
import { filterValue } from './functions.ts';
import { columnTypeMismatch, notInSql } from './problems.ts';
import { quotient } from './quotient.ts';
import type { SqlValue } from './scope.ts';
import { cast, list, type Sql, sql, textLiteral } from './tree.ts';
import { present, valueReader, wantedName } from './uses.ts';

const json: SqlType = { type: 'json' };

/** What stands in for a value that was refused with a problem. */
const refused: SqlValue = { sql: sql`null`, type: json, nullable: true };

/** Reports that the database can't compute this, and answers a stand-in. */
export function refuseValue(compiler: RowCompiler, at: Expression, what: string, hint: string): SqlValue {
  compiler.context.report(notInSql, at, { what, hint });
  return refused;
}

/** Reports a value of a type that an operator or filter doesn't take. */
export function refuseType(compiler: RowCompiler, at: Expression, operator: string, wanted: string, found: SqlType): SqlValue {
  compiler.context.report(columnTypeMismatch, at, { operator, wanted, found: found.type });
  return refused;
}

/** Compiles an expression to a value in SQL. */
export function computeValue(compiler: RowCompiler, expression: Expression, wanted: SqlType | undefined): SqlValue {
  if (!compiler.touches(expression)) return boundValue(compiler, expression, wanted);
  switch (expression.kind) {
    case 'name':
    case 'member':
      return columnValue(compiler, expression);
    case 'index':
      return jsonMember(compiler, expression);
    case 'unary':
      return expression.operator === '!' ? conditionValue(compiler, expression) : negated(compiler, expression.operand);
    case 'binary':
      return binaryValue(compiler, expression);
    case 'logical':
      return expression.operator === '??'
        ? firstNotNull(compiler, [expression.left, expression.right], wanted)
        : logicalValue(compiler, expression, expression.operator, wanted);
    case 'is_null':
      return conditionValue(compiler, expression);
    case 'conditional':
      return conditionalValue(compiler, expression, wanted);
    case 'filter':
      return isAggregate(compiler, expression) ? aggregateValue(compiler, expression) : filterValue(compiler, expression);
    case 'template':
      return joined(expression.parts.map((part) => (typeof part === 'string' ? constantText(part) : asText(compiler, part))));
    default:
      return refuseValue(compiler, expression, 'A list or object with columns in it', 'Compute its parts by names of their own.');
  }
}

/** A part without columns, bound as a value: null included. */
function boundValue(compiler: RowCompiler, expression: Expression, wanted: SqlType | undefined): SqlValue {
  const constant = constantOf(expression);
  const type = compiler.context.typeOf(expression);
  const of = wanted !== undefined && fits(type, wanted) ? wanted : sqlTypeOfStatic(type);
  if (of === undefined) {
    if (wanted !== undefined) return refuseType(compiler, expression, 'This', wantedName(wanted), { type: 'json' });
    return refuseValue(
      compiler,
      expression,
      'A value whose type is not known',
      'Say the type: `|to_int`, `|to_decimal`, `|to_text`.',
    );
  }
  const operand = compiler.operand(expression, of, valueReader(of), 'The value', wantedName(of), (bind) => ({
    [present]: bind(),
  }));
  return {
    sql: operand,
    type: { ...of, ...marksOf(type) },
    nullable: constant === undefined ? type.nullable : constant === null,
  };
}

/** Whether a value of the static type may be sent as the SQL type without changing it. */
function fits(type: Type, of: SqlType): boolean {
  if (type.kind === 'any' || type.kind === 'null') return true;
  if (of.type === 'decimal') return type.kind === 'int' || type.kind === 'decimal' || type.kind === 'float';
  if (of.type === 'float') return type.kind === 'float' || type.kind === 'int';
  return sqlTypeOfStatic(type)?.type === of.type || (type.kind === 'text' && ['text', 'enum', 'email', 'uuid'].includes(of.type));
}

function sqlTypeOfStatic(type: Type): SqlType | undefined {
  switch (type.kind) {
    case 'int':
    case 'decimal':
    case 'float':
    case 'bool':
    case 'text':
    case 'timestamp':
    case 'date':
      return { type: type.kind };
    default:
      return undefined;
  }
}

function columnValue(compiler: RowCompiler, expression: Expression): SqlValue {
  const reached = compiler.reached(expression);
  if (reached?.kind === 'column') {
    const { groupedBy } = compiler.options;
    if (groupedBy !== undefined && !reached.source.outer && !groupedBy.has(reached.name))
      return refuseValue(
        compiler,
        expression,
        `${reached.name} outside of an aggregate`,
        'Name it in group_by, or use |sum, |avg, |min, |max, |count.',
      );
    return reached.value;
  }
  if (reached?.kind === 'source') return refuseValue(compiler, expression, 'A whole row', `Name a column: ${reached.name}.id`);
  if (reached?.kind === 'unknown') return refused;
  return expression.kind === 'member'
    ? jsonMember(compiler, expression)
    : refuseValue(compiler, expression, '`db` alone', 'Write db.TABLE.COLUMN.');
}

/** `column.a.b[0]` of a json column: its member, null where it isn't there. */
function jsonMember(compiler: RowCompiler, expression: MemberExpression | IndexExpression): SqlValue {
  const path: Sql[] = [];
  let at: Expression = expression;
  while (at.kind === 'member' || at.kind === 'index') {
    const reached = compiler.reached(at);
    if (reached?.kind === 'unknown') return refused;
    if (reached !== undefined) break;
    path.unshift(at.kind === 'member' ? textLiteral(at.name) : pathIndex(compiler, at.index));
    at = at.object;
  }
  const value = compiler.value(at);
  if (value.type.type !== 'json')
    return refuseValue(compiler, expression, `A member of a ${value.type.type}`, 'Only json columns have members.');
  return { sql: sql`nullif(${value.sql} #> array[${list(path)}]::text[], 'null'::jsonb)`, type: json, nullable: true };
}

/** An index or computed name: a text of the path. A negative index counts from the end in PostgreSQL; here nothing is there. */
function pathIndex(compiler: RowCompiler, index: Expression): Sql {
  const constant = constantOf(index);
  if (typeof constant === 'string') return textLiteral(constant);
  if (typeof constant === 'number' && constant >= 0) return textLiteral(String(constant));
  if (constant !== undefined) return sql`null`;
  const value = compiler.value(index, compiler.context.typeOf(index).kind === 'int' ? int : text);
  return value.type.type === 'int'
    ? sql`case when ${value.sql} >= 0 then ${cast(value.sql, 'text')} end`
    : cast(value.sql, 'text');
}

function conditionValue(compiler: RowCompiler, expression: Expression): SqlValue {
  return { sql: sql`((${compiler.condition(expression)}) is true)`, type: bool, nullable: false };
}

function negated(compiler: RowCompiler, operand: Expression): SqlValue {
  const value = compiler.value(operand);
  if (familyOf(value.type) !== 'number') return refuseType(compiler, operand, 'The sign -', 'a number', value.type);
  return { ...value, sql: sql`(- ${value.sql})` };
}

function binaryValue(compiler: RowCompiler, expression: BinaryExpression): SqlValue {
  const { operator, left, right } = expression;
  switch (operator) {
    case '~':
      return joined([asText(compiler, left), asText(compiler, right)]);
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return arithmetic(
        compiler,
        expression,
        operator,
        sides(operator === '/' ? compiler.insideQuotient() : compiler, left, right),
      );
    default:
      return conditionValue(compiler, expression);
  }
}

/** Both sides; a part without columns takes the type of the other side where it can. */
function sides(compiler: RowCompiler, left: Expression, right: Expression): readonly [SqlValue, SqlValue] {
  if (compiler.touches(left)) {
    const a = compiler.value(left);
    return [a, floatLiteral(right, a) ?? compiler.value(right, besides(compiler, right, a))];
  }
  const b = compiler.value(right);
  return [floatLiteral(left, b) ?? compiler.value(left, besides(compiler, left, b)), b];
}

/** A literal takes the type of the other side: beside a float each number is one, whatever it was written as. */
function floatLiteral(expression: Expression, other: SqlValue): SqlValue | undefined {
  const constant = other.type.type === 'float' ? constantOf(expression) : undefined;
  if (constant === undefined || !isNumber(constant)) return undefined;
  const type: SqlType = { type: 'float' };
  return { sql: literal(literalFor(constant, 'float'), type), type, nullable: false };
}

function besides(compiler: RowCompiler, bound: Expression, other: SqlValue): SqlType | undefined {
  if (compiler.touches(bound)) return undefined;
  if (familyOf(other.type) !== 'number') return other.type;
  // Beside an int a fraction may come: unless the type is known, it is sent as a decimal.
  const { kind } = compiler.context.typeOf(bound);
  if (other.type.type === 'int' || other.type.type === 'bigint') return kind === 'any' ? decimal : undefined;
  return other.type.type === 'float' && kind !== 'decimal' ? other.type : kind === 'float' ? { type: 'float' } : decimal;
}

function arithmetic(
  compiler: RowCompiler,
  at: Expression,
  operator: '+' | '-' | '*' | '/' | '%',
  [left, right]: readonly [SqlValue, SqlValue],
): SqlValue {
  const nullable = left.nullable || right.nullable;
  const [a, b] = [familyOf(left.type), familyOf(right.type)];
  if (operator === '-' && a === b && a === 'timestamp')
    return { sql: sql`(extract(epoch from (${left.sql} - ${right.sql})) * 1000)::int8`, type: int, nullable };
  if (operator === '-' && a === b && a === 'date') return { sql: sql`(${left.sql} - ${right.sql})::int8`, type: int, nullable };
  if (operator === '+' && a === 'text' && b === 'text')
    return { sql: sql`(${left.sql} || ${right.sql})`, type: textOfTypes(left.type, right.type), nullable };
  if (a !== 'number') return refuseType(compiler, at, operator, 'two numbers', left.type);
  if (b !== 'number') return refuseType(compiler, at, operator, 'two numbers', right.type);
  if (operator === '%' && (left.type.type === 'float' || right.type.type === 'float'))
    return refuseValue(compiler, at, '% of floats', 'PostgreSQL has none; convert with |to_decimal.');
  return { ...numberArithmetic(operator, left, right), nullable };
}

/** As in stacks: int with int is int (a quotient is a decimal), a float with an int or float is a float, else decimal. */
function numberArithmetic(operator: '+' | '-' | '*' | '/' | '%', left: SqlValue, right: SqlValue): Omit<SqlValue, 'nullable'> {
  const types = [left.type.type, right.type.type];
  if (types.every((t) => t === 'int') && operator !== '/')
    return { sql: sql`(${left.sql} ${signOf(operator)} ${right.sql})`, type: int };
  if (types.includes('float') && types.every((t) => t === 'float' || t === 'int') && operator !== '%')
    return { sql: sql`(${cast(left.sql, 'float8')} ${signOf(operator)} ${cast(right.sql, 'float8')})`, type: { type: 'float' } };
  const [a, b] = [asDecimal(left), asDecimal(right)];
  if (operator === '/') return { sql: quotient(a, b), type: decimal };
  return { sql: sql`(${a} ${signOf(operator)} ${b})`, type: decimal };
}

function signOf(operator: '+' | '-' | '*' | '/' | '%'): Sql {
  switch (operator) {
    case '+':
      return sql`+`;
    case '-':
      return sql`-`;
    case '*':
      return sql`*`;
    case '/':
      return sql`/`;
    case '%':
      return sql`%`;
  }
}

/** Texts joined; null is empty. */
function joined(parts: readonly SqlValue[]): SqlValue {
  return {
    sql: sql`concat(${list(parts.map((part) => part.sql))})`,
    type: textOfTypes(...parts.map((part) => part.type)),
    nullable: false,
  };
}

const constantText = (value: string): SqlValue => ({ sql: textLiteral(value), type: text, nullable: false });

/** A part of a text, as `~` and templates write it. */
function asText(compiler: RowCompiler, expression: Expression): SqlValue {
  const constant = constantOf(expression);
  return typeof constant === 'string' ? constantText(constant) : textOf(compiler, compiler.value(expression, text), expression);
}

/** A value as text, written as stacks write it. */
export function textOf(compiler: RowCompiler, value: SqlValue, at: Expression): SqlValue {
  const { nullable } = value;
  switch (familyOf(value.type)) {
    case 'text':
      return { sql: value.sql, type: textOfTypes(value.type), nullable };
    case 'number':
      // PostgreSQL writes 1e+22 and 1e-07 where JSON has 1e22 and 1e-7.
      if (value.type.type === 'float')
        return refuseValue(compiler, at, 'A float as text', 'Write `|to_decimal` before it, or make the text after the query.');
      return { sql: cast(sql`(${value.sql})`, 'text'), type: text, nullable };
    case 'bool':
    case 'uuid':
      return { sql: cast(sql`(${value.sql})`, 'text'), type: text, nullable };
    case 'timestamp':
      return { sql: sql`to_char(${value.sql} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`, type: text, nullable };
    case 'date':
      return { sql: sql`to_char(${value.sql}, 'YYYY-MM-DD')`, type: text, nullable };
    default:
      return refuseValue(compiler, at, `A ${value.type.type} as text`, 'Make the text after the query.');
  }
}

/** `a ?? b` and `first_notnull`: the first that is not null, all of one type. */
export function firstNotNull(compiler: RowCompiler, expressions: readonly Expression[], wanted?: SqlType): SqlValue {
  const values = alike(compiler, expressions, wanted);
  if (values === undefined) return refused;
  return {
    sql: sql`coalesce(${list(values.map((v) => v.sql))})`,
    type: values[0]?.type ?? text,
    nullable: values.every((v) => v.nullable),
  };
}

/** `a || b` is a where a is truthy, else b; `a && b` the other way round: the value itself, as in stacks. */
function logicalValue(compiler: RowCompiler, expression: LogicalExpression, operator: '&&' | '||', wanted?: SqlType): SqlValue {
  const refuse = (): void => {
    const hint = `Bring both sides to one type, or write the choice out: \`a ? a : b\` where both ends have one type. Where only truth counts, \`!!(a ${operator} b)\` is a bool.`;
    compiler.context.report(notInSql, expression, { what: `${operator} of two types`, hint });
  };
  const [left, right] = alike(compiler, [expression.left, expression.right], wanted, refuse) ?? [];
  if (left === undefined || right === undefined) return refused;
  const truth = sql`(${compiler.truth(left)}) is true`;
  return {
    sql:
      operator === '||'
        ? sql`case when ${truth} then ${left.sql} else ${right.sql} end`
        : sql`case when ${truth} then ${right.sql} else ${left.sql} end`,
    type: left.type.type === 'enum' ? withoutValues(left.type) : left.type,
    nullable: operator === '||' ? right.nullable : left.nullable || right.nullable,
  };
}

/** An enum's values say nothing of what may stand in its place. */
const withoutValues = (of: SqlType): SqlType => textOfTypes(of);

function conditionalValue(compiler: RowCompiler, expression: ConditionalExpression, wanted?: SqlType): SqlValue {
  const values = alike(compiler, [expression.then, expression.otherwise], wanted);
  const [then, otherwise] = values ?? [];
  if (then === undefined || otherwise === undefined) return refused;
  const test = compiler.condition(expression.test);
  return {
    sql: sql`case when ${test} then ${then.sql} else ${otherwise.sql} end`,
    type: then.type,
    nullable: then.nullable || otherwise.nullable,
  };
}

/** Several values brought to one type; undefined (with a problem, `refuse`'s if given) when they have none in common. */
export function alike(
  compiler: RowCompiler,
  expressions: readonly Expression[],
  wanted?: SqlType,
  refuse?: () => void,
): readonly SqlValue[] | undefined {
  const leading = expressions.find((e) => compiler.touches(e));
  const model = leading === undefined ? undefined : compiler.value(leading, wanted);
  const values = expressions.map((e) =>
    e === leading && model !== undefined ? model : compiler.value(e, wanted ?? model?.type),
  );
  const [first, ...others] = values;
  if (first === undefined || values.includes(refused)) return undefined;
  const different = others.find((v) => comparable(first, v) === undefined || familyOf(v.type) !== familyOf(first.type));
  if (different !== undefined) {
    const at = expressions[values.indexOf(different)] ?? expressions[0];
    if (refuse !== undefined) refuse();
    else if (at !== undefined) refuseType(compiler, at, 'Both sides', `the same type (${first.type.type})`, different.type);
    return undefined;
  }
  const carried = ownMarks(...values.map((v) => v.type));
  return values.map((v) => withMarks(asSame(v, values), carried));
}

const withMarks = (value: SqlValue, carried: Marks): SqlValue =>
  Object.keys(carried).length > 0 && familyOf(value.type) === 'text' ? { ...value, type: { ...text, ...carried } } : value;

function asSame(value: SqlValue, all: readonly SqlValue[]): SqlValue {
  const types = new Set(all.map((v) => v.type.type));
  if (types.size === 1) return value;
  if (familyOf(value.type) === 'number') return { ...value, sql: asDecimal(value), type: decimal };
  return { ...value, sql: cast(value.sql, pgName(text)), type: text };
}
