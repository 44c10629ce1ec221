/** `in`, `like`, `ilike`, `contains`, `overlaps`, `between`, `search` and their negations. */
import type { BinaryExpression, Expression } from '../../1-syntax/ast.ts';
import { describeType } from '../../types/type.ts';
import { familyOf, itemType, type SqlType } from './column-types.ts';
import { canMatch, comparable, compareValues, compareWithOperand } from './comparison.ts';
import type { Bind, RowCompiler } from './compiler.ts';
import { columnTypeMismatch, neverEqual, noSearchIndex, notInSql } from './problems.ts';
import { reach, type SqlValue } from './scope.ts';
import { languageLiteral, searchVector } from './search.ts';
import { and, no, not, or, type Sql, sql } from './tree.ts';
import {
  asNumeric,
  emptyList,
  endReader,
  listReader,
  listWithNull,
  mismatch,
  nothing,
  patternReader,
  present,
  scalarReader,
  type UseState,
  wantedName,
} from './uses.ts';

const text: SqlType = { type: 'text' };
const listOfType = (of: SqlType): SqlType => ({ type: 'list', items: of.type });

/** Compiles a condition with a word operator, of which at least one side touches a column. */
export function membershipCondition(compiler: RowCompiler, expression: BinaryExpression): Sql {
  const { operator, left, right } = expression;
  switch (operator) {
    case 'in':
      return inCondition(compiler, left, right, expression);
    case 'not in':
      return not(inCondition(compiler, left, right, expression));
    case 'like':
    case 'ilike':
      return likeCondition(compiler, operator, left, right);
    case 'not like':
      return not(likeCondition(compiler, 'like', left, right));
    case 'not ilike':
      return not(likeCondition(compiler, 'ilike', left, right));
    case 'contains':
      return containsCondition(compiler, left, right, expression);
    case 'not contains':
      return not(containsCondition(compiler, left, right, expression));
    case 'overlaps':
      return overlapsCondition(compiler, left, right, expression);
    case 'not overlaps':
      return not(overlapsCondition(compiler, left, right, expression));
    case 'between':
      return betweenCondition(compiler, left, right, expression);
    case 'not between':
      return not(betweenCondition(compiler, left, right, expression));
    case 'search':
      return searchCondition(compiler, left, right, expression);
    default:
      return no;
  }
}

function inCondition(compiler: RowCompiler, left: Expression, right: Expression, at: BinaryExpression): Sql {
  if (right.kind === 'list' && compiler.touches(right)) return inWrittenList(compiler, left, right.items, at);
  if (compiler.touches(right)) return holdsItem(compiler, compiler.value(right), left, at);
  const value = compiler.value(left);
  if (familyOf(value.type) === 'list') return refuse(compiler, at, 'A list of lists', 'Compare with == and ||.');
  const type = compiler.context.typeOf(right);
  if (type.kind !== 'any' && type.kind !== 'null' && type.kind !== 'list')
    compiler.context.report(columnTypeMismatch, right, { operator: 'in', wanted: 'a list', found: describeType(type) });
  if (type.items !== undefined && !canMatch(value.type, type.items))
    compiler.context.report(neverEqual, right, { left: `A column of type ${value.type.type}`, right: describeType(type.items) });
  return inBoundList(compiler, value, right);
}

/** `column in LIST`, the list bound as one array. */
function inBoundList(compiler: RowCompiler, value: SqlValue, list: Expression): Sql {
  return compiler.operand(list, listOfType(value.type), listReader(value.type), 'in', 'a list', (bind) => ({
    [present]: sql`${value.sql} = any(${bind()})`,
    [nothing]: no,
    [emptyList]: no,
    [listWithNull]: value.nullable
      ? or(sql`${value.sql} = any(${bind()})`, sql`${value.sql} is null`)
      : sql`${value.sql} = any(${bind()})`,
  }));
}

/** A list written out whose items touch columns: an equality for each. */
function inWrittenList(compiler: RowCompiler, left: Expression, items: readonly Expression[], at: Expression): Sql {
  return or(no, ...items.map((item) => equality(compiler, left, item, at)));
}

function equality(compiler: RowCompiler, left: Expression, right: Expression, at: Expression): Sql {
  if (!compiler.touches(right)) {
    if (!compiler.touches(left)) return no;
    return compareWithOperand(compiler, compiler.value(left), '==', right, at);
  }
  if (!compiler.touches(left)) return compareWithOperand(compiler, compiler.value(right), '==', left, at);
  return compareValues(compiler, compiler.value(left), '==', compiler.value(right), at);
}

/** Whether a list column has an item: `x in column`, `column contains x`. */
function holdsItem(compiler: RowCompiler, list: SqlValue, item: Expression, at: Expression): Sql {
  if (familyOf(list.type) !== 'list') return wrongSide(compiler, at, 'a list', list);
  const of = itemType(list.type);
  const holdsNull = sql`array_position(${list.sql}, null) is not null`;
  if (compiler.touches(item)) {
    const value = compiler.value(item);
    const pair = comparable(value, { sql: list.sql, type: of, nullable: true });
    if (pair === undefined || familyOf(value.type) !== familyOf(of)) return wrongSide(compiler, at, wantedName(of), value);
    const held = sql`${value.sql} = any(${list.sql})`;
    return value.nullable ? or(held, and(sql`${value.sql} is null`, holdsNull)) : held;
  }
  const type = compiler.context.typeOf(item);
  if (!canMatch(of, type))
    compiler.context.report(neverEqual, at, { left: `An item of type ${of.type}`, right: describeType(type) });
  // The containment operator and not `= any(column)`: only that one can use a gin index.
  return compiler.operand(item, of, scalarReader(of), 'contains', wantedName(of), (bind) => ({
    [present]: sql`${list.sql} @> array[${bind()}]`,
    [nothing]: holdsNull,
    [mismatch]: no,
    [asNumeric]: no,
  }));
}

function likeCondition(compiler: RowCompiler, operator: 'like' | 'ilike', left: Expression, right: Expression): Sql {
  const value = compiler.value(left, text);
  if (familyOf(value.type) !== 'text') return wrongSide(compiler, left, 'a text', value);
  const word = operator === 'like' ? sql`like` : sql`ilike`;
  if (compiler.touches(right)) return sql`${value.sql} ${word} ${safePattern(compiler.value(right, text).sql)}`;
  wantText(compiler, right, operator);
  return compiler.operand(right, text, patternReader, operator, 'a text', (bind) => ({
    [present]: sql`${value.sql} ${word} ${bind()}`,
    [nothing]: no,
    [emptyList]: no,
  }));
}

/** A pattern out of a column: a backslash at its very end stands for itself, which PostgreSQL would refuse. */
function safePattern(pattern: Sql): Sql {
  return sql`case when ${pattern} ~ '(^|[^\\\\])(\\\\\\\\)*\\\\$' then ${pattern} || '\\' else ${pattern} end`;
}

function wantText(compiler: RowCompiler, expression: Expression, operator: string): void {
  const type = compiler.context.typeOf(expression);
  if (!canMatch(text, type))
    compiler.context.report(columnTypeMismatch, expression, { operator, wanted: 'a text', found: describeType(type) });
}

function containsCondition(compiler: RowCompiler, left: Expression, right: Expression, at: Expression): Sql {
  const value = compiler.value(left, text);
  switch (familyOf(value.type)) {
    case 'list':
      return holdsItem(compiler, value, right, at);
    case 'json':
      return jsonContains(compiler, value, right);
    case 'text':
      return textContains(compiler, value, right);
    default:
      return wrongSide(compiler, left, 'a text, a list or json', value);
  }
}

function textContains(compiler: RowCompiler, value: SqlValue, right: Expression): Sql {
  if (compiler.touches(right)) return sql`strpos(${value.sql}, ${compiler.value(right, text).sql}) > 0`;
  wantText(compiler, right, 'contains');
  return compiler.operand(right, text, scalarReader(text), 'contains', 'a text', (bind) => ({
    [present]: sql`strpos(${value.sql}, ${bind()}) > 0`,
    [nothing]: no,
  }));
}

function jsonContains(compiler: RowCompiler, value: SqlValue, right: Expression): Sql {
  if (compiler.touches(right)) return sql`${value.sql} @> to_jsonb(${compiler.value(right).sql})`;
  compiler.context.typeOf(right);
  return compiler.operand(right, value.type, scalarReader(value.type), 'contains', 'json', (bind) => ({
    [present]: sql`${value.sql} @> ${bind()}`,
    [nothing]: no,
    [mismatch]: no,
  }));
}

function overlapsCondition(compiler: RowCompiler, left: Expression, right: Expression, at: Expression): Sql {
  if (!compiler.touches(left)) return overlapsCondition(compiler, right, left, at);
  const value = compiler.value(left);
  if (familyOf(value.type) !== 'list') return wrongSide(compiler, left, 'a list', value);
  const holdsNull = sql`array_position(${value.sql}, null) is not null`;
  if (compiler.touches(right)) {
    const other = compiler.value(right);
    if (other.type.items !== value.type.items) return wrongSide(compiler, right, 'a list of the same type', other);
    return or(sql`${value.sql} && ${other.sql}`, and(holdsNull, sql`array_position(${other.sql}, null) is not null`));
  }
  const type = compiler.context.typeOf(right);
  if (type.kind !== 'any' && type.kind !== 'null' && type.kind !== 'list')
    compiler.context.report(columnTypeMismatch, right, { operator: 'overlaps', wanted: 'a list', found: describeType(type) });
  return compiler.operand(right, value.type, listReader(itemType(value.type)), 'overlaps', 'a list', (bind) => ({
    [present]: sql`${value.sql} && ${bind()}`,
    [nothing]: no,
    [emptyList]: no,
    [listWithNull]: or(sql`${value.sql} && ${bind()}`, holdsNull),
  }));
}

function betweenCondition(compiler: RowCompiler, left: Expression, right: Expression, at: Expression): Sql {
  if (right.kind === 'list') {
    const [low, high] = right.items;
    if (right.items.length !== 2 || low === undefined || high === undefined)
      return refuse(compiler, right, 'between without exactly two ends', 'Write [low, high].');
    return and(atEnd(compiler, left, '>=', low, at), atEnd(compiler, left, '<=', high, at));
  }
  if (compiler.touches(right)) return refuse(compiler, right, 'between with a list column', 'Write both ends: [low, high].');
  const value = compiler.value(left);
  const type = compiler.context.typeOf(right);
  if (type.kind !== 'any' && type.kind !== 'null' && type.kind !== 'list')
    compiler.context.report(columnTypeMismatch, right, {
      operator: 'between',
      wanted: 'a list of two',
      found: describeType(type),
    });
  const end = (place: 0 | 1, sign: Sql): Sql =>
    compiler.operand(
      right,
      value.type,
      endReader(value.type, place),
      'between',
      `a list of two, each ${wantedName(value.type)}`,
      (bind) => endCases(value, sign, bind),
    );
  return and(end(0, sql`>=`), end(1, sql`<=`));
}

function endCases(value: SqlValue, sign: Sql, bind: Bind): Partial<Record<UseState, Sql>> {
  return {
    [present]: sql`${value.sql} ${sign} ${bind()}`,
    [nothing]: no,
    [asNumeric]: sql`${value.sql} ${sign} ${bind({ type: 'decimal' })}`,
  };
}

function atEnd(compiler: RowCompiler, left: Expression, operator: '>=' | '<=', end: Expression, at: Expression): Sql {
  if (!compiler.touches(left)) {
    if (!compiler.touches(end))
      return compiler.condition({ ...at, kind: 'binary', operator, optional: false, operatorSpan: at.span, left, right: end });
    return compareWithOperand(compiler, compiler.value(end), operator === '>=' ? '<=' : '>=', left, at);
  }
  if (!compiler.touches(end)) return compareWithOperand(compiler, compiler.value(left), operator, end, at);
  return compareValues(compiler, compiler.value(left), operator, compiler.value(end), at);
}

/** Full-text search: needs a `search` index with the column in it, whose expression is the one searched. */
function searchCondition(compiler: RowCompiler, left: Expression, right: Expression, at: Expression): Sql {
  const reached = reach(left, compiler.scope);
  if (reached?.kind !== 'column') {
    compiler.value(left);
    return refuse(
      compiler,
      left,
      'search on something else than a column',
      'Write the column on the left: db.article.body search input.q',
    );
  }
  const { source } = reached;
  const column = left.kind === 'member' ? left.name : '';
  const index = source.table.indexes.find((i) => i.type === 'search' && i.columns.some((c) => c.column === column));
  if (index === undefined) {
    compiler.context.report(noSearchIndex, at, { column, table: source.table.name });
    return no;
  }
  const vector = searchVector(index, (name) => source.column(name)?.sql ?? sql`null`);
  const query = (part: Sql): Sql => sql`${vector} @@ websearch_to_tsquery(${languageLiteral(index)}, ${part})`;
  if (compiler.touches(right)) return query(compiler.value(right, text).sql);
  wantText(compiler, right, 'search');
  return compiler.operand(right, text, scalarReader(text), 'search', 'a text', (bind) => ({
    [present]: query(bind()),
    [nothing]: no,
  }));
}

function wrongSide(compiler: RowCompiler, at: Expression, wanted: string, value: SqlValue): Sql {
  compiler.context.report(columnTypeMismatch, at, { operator: 'This condition', wanted, found: value.type.type });
  return no;
}

function refuse(compiler: RowCompiler, at: Expression, what: string, hint: string): Sql {
  compiler.context.report(notInSql, at, { what, hint });
  return no;
}
