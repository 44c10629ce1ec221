/** What can be wrong with tables. */
import { didYouMean } from '../nearest.ts';
import { defineProblem } from '../problems.ts';

export const noPrimaryKey = defineProblem<{ table: string }>({
  code: 'no_primary_key',
  severity: 'error',
  title: 'A table without a primary key',
  solve: 'Give the table one column with `"primary": true`, of type int or uuid.',
  message: (d) => `The table ${d.table} has no primary key.`,
  hint: () => 'Add "id": {"type": "int", "primary": true} to its columns.',
});
export const manyPrimaryKeys = defineProblem<{ table: string; first: string; column: string }>({
  code: 'many_primary_keys',
  severity: 'error',
  title: 'A table with more than one primary key',
  solve: 'Keep one; for a pair that must be unique, write `{"columns": ["a", "b"], "unique": true}` in `indexes`.',
  message: (d) => `${d.column} can't be primary: ${d.first} is the key of ${d.table} already.`,
  hint: () => 'A pair that must be unique is an index: {"columns": ["a", "b"], "unique": true}.',
});
export const badPrimaryKey = defineProblem<{ column: string; type: string }>({
  code: 'bad_primary_key',
  severity: 'error',
  title: 'A primary key of a type that keys can not have',
  solve: 'A key is an int (numbered by the database) or a uuid (made by the engine, version 7).',
  message: (d) => `${d.column} can't be the key: keys are of type int or uuid, not ${d.type}.`,
});
export const unknownReference = defineProblem<{ table: string; known: readonly string[] }>({
  code: 'unknown_reference',
  severity: 'error',
  title: 'A column references a table that does not exist',
  solve: 'Write the name of a file in `tables/`, without its ending.',
  message: (d) => `There is no table ${d.table.slice(0, 80)}.`,
  hint: (d) => {
    const [table = '', column] = d.table.split('.');
    return column !== undefined && d.known.includes(table) ? `Write the table alone: "${table}".` : didYouMean(d.table, d.known);
  },
});
export const referenceType = defineProblem<{ column: string; type: string; table: string; keyType: string }>({
  code: 'reference_type',
  severity: 'error',
  title: 'A reference has another type than the key it points at',
  solve: 'Give the column the type of the referenced key, or leave `type` out.',
  message: (d) => `${d.column} is ${d.type}, but the key of ${d.table} is ${d.keyType}.`,
  hint: (d) => `Write "type": "${d.keyType}", or leave the type out.`,
});
export const onDeleteNull = defineProblem<{ column: string }>({
  code: 'on_delete_null',
  severity: 'error',
  title: '`"on_delete": "set_null"` on a column that can not be null',
  solve: 'Make the column nullable, or choose "restrict" or "cascade".',
  message: (d) => `${d.column} can't be set to null when the referenced row goes: it isn't nullable.`,
  hint: () => 'Add "nullable": true.',
});
export const authColumns = defineProblem<{ table: string; missing: string }>({
  code: 'auth_columns',
  severity: 'error',
  title: 'A table with `"auth": true` lacks an email or a password column',
  solve: 'Rows that sign in need both: `"email": {"type": "email", "unique": true}, "password": {"type": "password"}`.',
  message: (d) => `Rows of ${d.table} can sign in, so it needs a column of type ${d.missing}.`,
});
export const unknownIndexColumn = defineProblem<{ column: string; table: string; known: readonly string[] }>({
  code: 'unknown_index_column',
  severity: 'error',
  title: 'An index names a column that the table does not have',
  solve: 'Write a column of the table, with `desc` behind a blank where the order is descending: `"created_at desc"`.',
  message: (d) => `${d.table} has no column ${d.column}.`,
  hint: (d) => didYouMean(d.column, d.known),
});
export const badIndex = defineProblem<{ reason: string; hint?: string | undefined }>({
  code: 'bad_index',
  severity: 'error',
  title: 'An index that PostgreSQL could not build',
  solve:
    'btree takes ordered columns; gin takes list and json columns; search takes text columns. Only btree can be unique or descending.',
  message: (d) => `${d.reason}.`,
  hint: (d) => d.hint,
});
export const renameCollision = defineProblem<{ was: string; reason: string; hint?: string }>({
  code: 'rename_collision',
  severity: 'error',
  title: '`was` names something that is still there, or that two claim',
  solve:
    '`"was": "old_name"` says that the thing had another name before. Remove it where the old name is in use, and once every environment has the new one.',
  message: (d) => `"was": "${d.was}" can't be right: ${d.reason}.`,
  hint: (d) => d.hint,
});
export const seedTable = defineProblem<{ table: string; known: readonly string[] }>({
  code: 'seed_table',
  severity: 'error',
  title: 'A seed file for a table that does not exist',
  solve: 'Name the file after its table: `seeds/order.jsonl` fills `tables/order.jsonc`.',
  message: (d) => `There is no table ${d.table} for these rows.`,
  hint: (d) => didYouMean(d.table, d.known),
});
