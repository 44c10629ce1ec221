/** `==`, `!=`, `<`, `<=`, `>`, `>=` between columns and values, with the two-valued logic of the language. */
import type { BinaryExpression, Expression } from '../../1-syntax/ast.ts';
import { describeType, type Type } from '../../types/type.ts';
import { type Family, familyOf, type SqlType } from './column-types.ts';
import type { Bind, Comparison, RowCompiler } from './compiler.ts';
import { columnTypeMismatch, neverEqual, notInSql } from './problems.ts';
import type { SqlValue } from './scope.ts';
import { cast, no, or, type Sql, sql, yes } from './tree.ts';
import {
  asNumeric,
  asText,
  jsonOrderReader,
  mismatch,
  nothing,
  present,
  scalarReader,
  type UseState,
  uuidOrderReader,
  wantedName,
} from './uses.ts';

const numeric: SqlType = { type: 'decimal' };
const text: SqlType = { type: 'text' };
const flipped: Readonly<Record<Comparison, Comparison>> = { '==': '==', '!=': '!=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

/** Compiles a comparison of which at least one side touches a column. */
export function compareCondition(compiler: RowCompiler, expression: BinaryExpression, operator: Comparison): Sql {
  const { left, right } = expression;
  if (!compiler.touches(right)) return compareWithOperand(compiler, compiler.value(left), operator, right, expression);
  if (!compiler.touches(left)) return compareWithOperand(compiler, compiler.value(right), flipped[operator], left, expression);
  return compareValues(compiler, compiler.value(left), operator, compiler.value(right), expression);
}

/** A column against a value from outside. */
export function compareWithOperand(
  compiler: RowCompiler,
  value: SqlValue,
  operator: Comparison,
  operand: Expression,
  at: Expression,
): Sql {
  const ordered = operator !== '==' && operator !== '!=';
  if (!checkStatic(compiler, value, operator, operand, at)) return operator === '!=' ? yes : no;
  if (ordered && value.type.type === 'json') return jsonOrder(compiler, value, operator, operand);
  const read = ordered && value.type.type === 'uuid' ? uuidOrderReader : scalarReader(value.type);
  return compiler.operand(operand, value.type, read, operator, wantedName(value.type), (bind) =>
    ordered ? orderCases(value, operator, bind) : equalityCases(value, operator, bind),
  );
}

function equalityCases(value: SqlValue, operator: '==' | '!=', bind: Bind): Partial<Record<UseState, Sql>> {
  if (operator === '==')
    return {
      [present]: sql`${value.sql} = ${bind()}`,
      [nothing]: value.nullable ? sql`${value.sql} is null` : no,
      [mismatch]: no,
      // A fraction equals no integer, a decimal that no float stands for equals no float.
      [asNumeric]: no,
    };
  return {
    [present]: orNull(value, sql`${value.sql} <> ${bind()}`),
    [nothing]: value.nullable ? sql`${value.sql} is not null` : yes,
    [mismatch]: yes,
    [asNumeric]: yes,
  };
}

const orNull = (value: SqlValue, condition: Sql): Sql => (value.nullable ? or(condition, sql`${value.sql} is null`) : condition);

function orderCases(value: SqlValue, operator: Comparison, bind: Bind): Partial<Record<UseState, Sql>> {
  return {
    [present]: sql`${value.sql} ${sign(operator)} ${bind()}`,
    [nothing]: no,
    [asNumeric]: sql`${asDecimal(value)} ${sign(operator)} ${bind(numeric)}`,
    ...(value.type.type === 'uuid' ? { [asText]: sql`${cast(value.sql, 'text')} ${sign(operator)} ${bind(text)}` } : {}),
  };
}

/** Members of json compare with numbers as numbers and with texts as texts; one of another type is not less, not greater. */
function jsonOrder(compiler: RowCompiler, value: SqlValue, operator: Comparison, operand: Expression): Sql {
  const kind = sql`jsonb_typeof(${value.sql})`;
  // `case` and not `and`: the cast must not be tried before the type is known.
  return compiler.operand(operand, numeric, jsonOrderReader, operator, 'a number or a text', (bind) => ({
    [present]: sql`case when ${kind} = 'number' then (${value.sql} #>> '{}')::numeric ${sign(operator)} ${bind()} else false end`,
    [asText]: sql`case when ${kind} = 'string' then (${value.sql} #>> '{}') collate "C" ${sign(operator)} ${bind(text)} else false end`,
    [nothing]: no,
  }));
}

function sign(operator: Comparison): Sql {
  switch (operator) {
    case '==':
      return sql`=`;
    case '!=':
      return sql`<>`;
    case '<':
      return sql`<`;
    case '<=':
      return sql`<=`;
    case '>':
      return sql`>`;
    case '>=':
      return sql`>=`;
  }
}

/** A number as numeric. A float goes by its shortest digits: the direct cast keeps only fifteen. */
export function asDecimal(value: SqlValue): Sql {
  if (value.type.type === 'decimal') return value.sql;
  return value.type.type === 'float' ? cast(cast(sql`(${value.sql})`, 'text'), 'numeric') : cast(sql`(${value.sql})`, 'numeric');
}

/** Two columns, or values computed from columns. */
export function compareValues(compiler: RowCompiler, left: SqlValue, operator: Comparison, right: SqlValue, at: Expression): Sql {
  const pair = comparable(left, right);
  if (pair === undefined) {
    const kind = operator === '==' || operator === '!=';
    if (kind)
      compiler.context.report(neverEqual, at, {
        left: `A column of type ${left.type.type}`,
        right: `one of type ${right.type.type}`,
      });
    else compiler.context.report(columnTypeMismatch, at, { operator, wanted: wantedName(left.type), found: right.type.type });
    return operator === '!=' ? yes : no;
  }
  const [a, b] = pair;
  if (operator === '==' && left.nullable && right.nullable) return sql`${a} is not distinct from ${b}`;
  if (operator === '!=' && (left.nullable || right.nullable)) return sql`${a} is distinct from ${b}`;
  return sql`${a} ${sign(operator)} ${b}`;
}

/** Two values brought to types that PostgreSQL compares exactly; undefined for types that never are equal. */
export function comparable(left: SqlValue, right: SqlValue): readonly [Sql, Sql] | undefined {
  const a = familyOf(left.type);
  const b = familyOf(right.type);
  if (a === 'number' && b === 'number') {
    const mixed = left.type.type !== right.type.type && (left.type.type === 'float' || right.type.type === 'float');
    return mixed ? [asDecimal(left), asDecimal(right)] : [left.sql, right.sql];
  }
  if (a === 'json' || b === 'json') return [asJson(left), asJson(right)];
  if (isTextual(a) && isTextual(b) && a !== b) return [cast(left.sql, 'text'), cast(right.sql, 'text')];
  if (a === 'list' && left.type.items !== right.type.items) return undefined;
  return a === b ? [left.sql, right.sql] : undefined;
}

const asJson = (value: SqlValue): Sql => (value.type.type === 'json' ? value.sql : sql`to_jsonb(${value.sql})`);
const isTextual = (family: Family): boolean => family === 'text' || family === 'uuid';

const kindsOf: Readonly<Record<Family, readonly Type['kind'][]>> = {
  number: ['int', 'decimal', 'float'],
  text: ['text'],
  uuid: ['text'],
  bool: ['bool'],
  timestamp: ['timestamp'],
  date: ['date'],
  list: ['list'],
  json: ['bool', 'int', 'decimal', 'float', 'text', 'list', 'object', 'timestamp', 'date'],
};

/** Whether a value of this static type can equal one of the column's type. */
export function canMatch(of: SqlType, type: Type): boolean {
  if (type.kind === 'any' || type.kind === 'null') return true;
  return kindsOf[familyOf(of)].includes(type.kind);
}

/** Reports what is known to be wrong before the run. */
function checkStatic(compiler: RowCompiler, value: SqlValue, operator: Comparison, operand: Expression, at: Expression): boolean {
  const ordered = operator !== '==' && operator !== '!=';
  if (ordered && familyOf(value.type) === 'list') {
    compiler.context.report(notInSql, at, { what: `${operator} on a list`, hint: 'Lists have no order.' });
    return false;
  }
  const type = compiler.context.typeOf(operand);
  if (canMatch(value.type, type)) return true;
  const found = describeType(type);
  if (ordered) compiler.context.report(columnTypeMismatch, at, { operator, wanted: wantedName(value.type), found });
  else compiler.context.report(neverEqual, at, { left: `A column of type ${value.type.type}`, right: found });
  return false;
}
