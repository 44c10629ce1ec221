/** What can be wrong with a database step, found at publish time. */
import { didYouMean } from '../../nearest.ts';
import { defineProblem } from '../../problems.ts';

export const unknownRowName = defineProblem<{ name: string; of: string; candidates: Iterable<string> }>({
  code: 'unknown_row_name',
  severity: 'error',
  title: 'A condition or output names a column or table that is not there',
  solve:
    'Columns are written `db.TABLE.COLUMN`; in `output`, `sort` and `group_by` the plain name. Look at the table’s file for the names.',
  message: (d) => `There is no ${d.name} in ${d.of}.`,
  hint: (d) => didYouMean(d.name, d.candidates),
});
export const notInSql = defineProblem<{ what: string; hint: string }>({
  code: 'not_in_sql',
  severity: 'error',
  title: 'A part that touches columns cannot be computed by the database',
  solve:
    'The database evaluates every part that touches a column. Compute the rest before, in a variable of its own, or after the query on its result.',
  message: (d) => `${d.what} can't be computed by the database.`,
  hint: (d) => d.hint,
});
export const neverEqual = defineProblem<{ left: string; right: string }>({
  code: 'column_never_equal',
  severity: 'error',
  title: 'A column is compared with a value of another type',
  solve: 'Equality never converts. Convert the value first: `|to_int`, `|to_text`, `|to_timestamp`.',
  message: (d) => `${d.left} is never equal to ${d.right}.`,
});
export const columnTypeMismatch = defineProblem<{ operator: string; wanted: string; found: string }>({
  code: 'column_type_mismatch',
  severity: 'error',
  title: 'An operator of a condition gets a value of a type it does not take',
  solve: 'Look at the operator’s page for the types it takes, and convert the value first.',
  message: (d) => `${d.operator} needs ${d.wanted}, but this is ${d.found}.`,
});
export const optionalTouchesColumn = defineProblem<{ operator: string }>({
  code: 'optional_touches_column',
  severity: 'error',
  title: 'The right side of an optional condition touches a column, or its left side none',
  solve:
    'A condition with a question mark is left out when its right side is null, which must be known before the query: write the column on the left and the value on the right.',
  message: (d) => `${d.operator} needs a column on its left side and a value without columns on its right side.`,
});
export const optionalInWrite = defineProblem<{ operator: string }>({
  code: 'optional_in_write',
  severity: 'error',
  title: 'An optional condition stands in the `where` of a write',
  solve:
    'A missing value would change or delete rows that nobody meant. Write the condition without the question mark, or branch with `conditional`.',
  message: (d) => `${d.operator} may not decide which rows are changed.`,
});
export const manyOptional = defineProblem<{ count: number }>({
  code: 'many_optional_conditions',
  severity: 'warning',
  title: 'More than eight optional conditions in one step',
  solve:
    'Each set of present conditions is a statement of its own, and 64 are kept a step. Split the list into steps for its common uses.',
  message: (d) => `${d.count} optional conditions make up to ${2 ** d.count} statements.`,
});
export const noSearchIndex = defineProblem<{ column: string; table: string }>({
  code: 'no_search_index',
  severity: 'error',
  title: '`search` on a column without a search index',
  solve: 'Add `{"type": "search", "columns": ["…"], "language": "english"}` to the table’s `indexes`.',
  message: (d) => `${d.table} has no search index with ${d.column} in it.`,
});
export const badParameter = defineProblem<{ message: string; hint?: string }>({
  code: 'bad_query_parameter',
  severity: 'error',
  title: 'A parameter of a database step is not written as it must be',
  solve: 'The reference page of the function shows each parameter with an example.',
  message: (d) => d.message,
  hint: (d) => d.hint,
});
export const excludes = defineProblem<{ one: string; other: string }>({
  code: 'parameters_exclude_each_other',
  severity: 'error',
  title: 'Two parameters of a database step exclude each other',
  solve:
    '`page` and `per_page` make numbered pages, `cursor` and `per_page` make pages by cursor, `limit` and `offset` cut a plain list: choose one.',
  message: (d) => `${d.one} can't be used with ${d.other}.`,
});
export const needsTransaction = defineProblem<object>({
  code: 'lock_needs_transaction',
  severity: 'error',
  title: '`lock` outside a transaction',
  solve: 'A lock lasts until the transaction ends; without one it is gone at once. Put the steps into a `transaction`.',
  message: () => '`lock` is only useful inside a transaction.',
});
export const needsUniqueIndex = defineProblem<{ columns: string; table: string }>({
  code: 'needs_unique_index',
  severity: 'error',
  title: 'add_or_edit_record by columns without a unique index',
  solve:
    'Mark the column `unique`, or add a unique index over exactly these columns: only then can the database tell whether the record is there.',
  message: (d) => `${d.table} has no unique index over ${d.columns}.`,
});
export const nullableKey = defineProblem<{ column: string; table: string }>({
  code: 'nullable_key',
  severity: 'warning',
  title: 'add_or_edit_record finds its record by a column that may be null',
  solve:
    'In a unique index null is like no other null: with a null key a record is added each time, and none is found. Make the column not nullable, or see to it that the value is never null.',
  message: (d) => `${d.table}.${d.column} may be null, and a null key finds no record: each time one is added.`,
});
export const withNeedsEquality = defineProblem<{ name: string }>({
  code: 'with_needs_equality',
  severity: 'error',
  title: 'A `with` whose where does not connect its rows to the outer ones',
  solve:
    'Write at least one equality between an own and an outer column, joined by &&: `{{ db.line.order_id == db.order.id }}` or `… == parent.id`.',
  message: (d) => `The where of ${d.name} has no equality between its own and an outer column.`,
});
export const nameTaken = defineProblem<{ name: string; by: string }>({
  code: 'row_name_taken',
  severity: 'error',
  title: 'Two things in a row would have the same name',
  solve: 'Give the joined, computed or nested value a name that no column has.',
  message: (d) => `${d.name} is already ${d.by}.`,
});
export const literalRefused = defineProblem<{ column: string; reason: string }>({
  code: 'column_value_refused',
  severity: 'error',
  title: 'A value written in `data` does not fit its column',
  solve: 'Write a value of the column’s type and within its limits.',
  message: (d) => `${d.column}: ${d.reason}.`,
});
export const keyInData = defineProblem<{ column: string }>({
  code: 'key_in_data',
  severity: 'error',
  title: 'The primary key stands in the data of a change',
  solve: 'Leave the key out of `data`; the record is found by `id` or `where`.',
  message: (d) => `${d.column} is the key and can't be changed.`,
});
export const sqlNotLiteral = defineProblem<object>({
  code: 'sql_not_literal',
  severity: 'error',
  title: '`sql` of direct_query holds an expression',
  solve: 'The text of the statement is fixed. Write `$1`, `$2`, … and give the values in `params`.',
  message: () => '`sql` must be a plain text without {{ }}.',
  hint: () => 'Values go into params: {"sql": "select … where id = $1", "params": ["{{ input.id }}"]}',
});
export const paramsMismatch = defineProblem<{ wanted: number; found: number }>({
  code: 'params_mismatch',
  severity: 'error',
  title: 'The number of `params` is not what the statement uses',
  solve: 'Each `$n` of the statement takes the n-th of `params`.',
  message: (d) => `The statement uses ${d.wanted} parameters, but params has ${d.found}.`,
});
export const missingColumn = defineProblem<{ column: string; table: string }>({
  code: 'column_missing_in_data',
  severity: 'error',
  title: 'A new record lacks a column that has no default',
  solve: 'Give the column a value in `data`, give it a `default` in the table, or make it nullable.',
  message: (d) => `${d.table}.${d.column} needs a value: it is not nullable and has no default.`,
});
