/** tables/*.jsonc: one table a file, and what only all tables together can tell. */
import type { JsonNode } from '../1-syntax/ast.ts';
import type { Column, Table } from '../model.ts';
import type { Problems } from '../problems.ts';
import { type ColumnDraft, columnShape, readColumn, withDefault } from './column.ts';
import { indexShape, readIndex } from './index-definition.ts';
import { checkIdentifier, identifierPattern } from './names.ts';
import { type Found, flag, type Keys, list, map, object, openingOf, text } from './shape.ts';
import {
  authColumns,
  badPrimaryKey,
  manyPrimaryKeys,
  noPrimaryKey,
  onDeleteNull,
  referenceType,
  renameCollision,
  unknownReference,
} from './table-problems.ts';

const tableKeys = {
  description: text('One line on what a row is'),
  auth: flag('Rows can sign in: an email and a password column are then required'),
  columns: map('Columns by name', columnShape, { pattern: identifierPattern }),
  indexes: list('Indexes beyond those of key, unique columns and references', indexShape),
  was: text('Name that the table had before: its rows are kept', { pattern: identifierPattern }),
};

export const tableShape = object('A table; its name is the file’s', tableKeys, {
  title: 'A table',
  required: ['columns'],
  file: true,
});

/** A table whose references are not resolved yet. */
export interface TableDraft {
  readonly name: string;
  readonly root: JsonNode;
  readonly keys: Keys<typeof tableKeys>;
  readonly drafts: readonly ColumnDraft[];
  readonly key: Column;
}

/** Reads one table file. */
export function readTable(name: string, root: JsonNode, problems: Problems): TableDraft {
  checkIdentifier(name, 'a table', openingOf(root), problems);
  const keys = tableShape.read(root, problems, 'A table file') ?? {};
  const drafts: ColumnDraft[] = [];
  for (const entry of keys.columns?.value ?? []) {
    const good = checkIdentifier(entry.key, 'a column', entry.at, problems);
    const draft = readColumn(entry, problems);
    if (good) drafts.push(draft);
  }
  return { name, root, keys, drafts, key: findKey(name, root, keys, drafts, problems) };
}

/** The primary column; one that is made up where there is none, so that later phases can go on. */
function findKey(
  table: string,
  root: JsonNode,
  keys: Keys<typeof tableKeys>,
  drafts: readonly ColumnDraft[],
  problems: Problems,
): Column {
  const [first, ...others] = drafts.filter((draft) => draft.column.primary);
  for (const other of others)
    problems.add(manyPrimaryKeys, other.column, { table, first: first?.column.name ?? '', column: other.column.name });
  if (first === undefined) {
    if (keys.columns !== undefined) problems.add(noPrimaryKey, openingOf(keys.columns.node), { table });
    const { span, pointer } = root;
    return { name: 'id', description: '', type: 'int', primary: true, nullable: false, unique: false, span, pointer };
  }
  const { column } = first;
  if (column.type !== 'int' && column.type !== 'uuid')
    problems.add(badPrimaryKey, column, { column: column.name, type: column.type });
  return column;
}

/** Resolves what tables say about each other. */
export function resolveTables(drafts: readonly TableDraft[], problems: Problems): ReadonlyMap<string, Table> {
  const byName = new Map(drafts.map((draft) => [draft.name, draft]));
  checkRenames(
    drafts.map(({ name, keys }) => ({ name, was: keys.was })),
    'a table',
    problems,
  );
  return new Map(drafts.map((draft) => [draft.name, resolveTable(draft, byName, problems)]));
}

function resolveTable(draft: TableDraft, byName: ReadonlyMap<string, TableDraft>, problems: Problems): Table {
  const { name, keys, root } = draft;
  const columns = new Map(draft.drafts.map((one) => [one.column.name, resolveColumn(one, byName, problems)]));
  // A made-up key (reported) is a column like another: queries and references then say nothing about it.
  if (!columns.has(draft.key.name)) columns.set(draft.key.name, draft.key);
  checkRenames(
    draft.drafts.map(({ column, keys: { was } }) => ({ name: column.name, was })),
    'a column',
    problems,
  );
  const auth = keys.auth?.value ?? false;
  if (auth && keys.auth !== undefined) checkAuth(name, columns, keys.auth, problems);
  return {
    name,
    description: keys.description?.value ?? '',
    auth,
    columns,
    key: columns.get(draft.key.name) ?? draft.key,
    indexes: (keys.indexes?.value ?? []).flatMap((one) => readIndex(one, name, columns, problems) ?? []),
    source: root.span.source,
    ...(keys.was === undefined ? {} : { was: keys.was.value }),
  };
}

function resolveColumn(draft: ColumnDraft, byName: ReadonlyMap<string, TableDraft>, problems: Problems): Column {
  const { column, references, keys } = draft;
  if (references === undefined) return column;
  const target = byName.get(references.value);
  if (target === undefined) {
    problems.add(unknownReference, references.node, { table: references.value, known: [...byName.keys()] });
    return draft.typeImplied ? withDefault(column, keys, problems) : column;
  }
  const { type } = target.key;
  if (!draft.typeImplied && column.type !== type)
    problems.add(referenceType, keys.type?.node ?? references.node, {
      column: column.name,
      type: column.type,
      table: target.name,
      keyType: type,
    });
  const onDelete = keys.on_delete?.value ?? 'restrict';
  if (onDelete === 'set_null' && !column.nullable && keys.on_delete !== undefined)
    problems.add(onDeleteNull, keys.on_delete.node, { column: column.name });
  const resolved: Column = { ...column, references: { table: target.name, onDelete } };
  return draft.typeImplied ? withDefault({ ...resolved, type }, keys, problems) : resolved;
}

function checkAuth(table: string, columns: ReadonlyMap<string, Column>, auth: Found<boolean>, problems: Problems): void {
  for (const missing of ['email', 'password'] as const)
    if (![...columns.values()].some((column) => column.type === missing))
      problems.add(authColumns, auth.node, { table, missing });
}

interface Renamed {
  readonly name: string;
  readonly was: Found<string> | undefined;
}

/** A former name is in use by nobody, and claimed by one. */
function checkRenames(things: readonly Renamed[], what: 'a table' | 'a column', problems: Problems): void {
  const present = new Set(things.map((thing) => thing.name));
  const claimed = new Map<string, string>();
  for (const { name, was } of things) {
    if (was === undefined) continue;
    const other = claimed.get(was.value);
    if (was.value === name) problems.add(renameCollision, was.node, { was: was.value, reason: 'that is its name now' });
    else if (present.has(was.value))
      problems.add(renameCollision, was.node, {
        was: was.value,
        reason: `there is ${what} of that name`,
        hint: 'If every environment has the new name already, the rename is done: take "was" out.',
      });
    else if (other !== undefined)
      problems.add(renameCollision, was.node, { was: was.value, reason: `${other} claims the same former name` });
    else claimed.set(was.value, name);
  }
}
