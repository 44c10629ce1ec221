/** `indexes` of a table file. */
import type { Column, ColumnType, IndexColumn, TableIndex } from '../model.ts';
import type { Problems } from '../problems.ts';
import { valueTwice } from './problems.ts';
import { choice, type Found, flag, type Keys, list, object, text } from './shape.ts';
import { badIndex, unknownIndexColumn } from './table-problems.ts';

/** Text search configurations that PostgreSQL 14 and later have built in. */
const languages = [
  'simple',
  'arabic',
  'armenian',
  'basque',
  'catalan',
  'danish',
  'dutch',
  'english',
  'finnish',
  'french',
  'german',
  'greek',
  'hindi',
  'hungarian',
  'indonesian',
  'irish',
  'italian',
  'lithuanian',
  'nepali',
  'norwegian',
  'portuguese',
  'romanian',
  'russian',
  'serbian',
  'spanish',
  'swedish',
  'tamil',
  'turkish',
  'yiddish',
] as const;

const indexKeys = {
  columns: list(
    'Columns in order; "created_at desc" for a descending one',
    text('A column, with " desc" where it is descending'),
    {
      least: 1,
    },
  ),
  type: choice('btree (the default), gin for lists and json, search for full text', ['btree', 'gin', 'search']),
  unique: flag('No two rows have the same values (btree only)'),
  language: choice('Language of a search index; simple by default', languages),
};

export const indexShape = object('An index', indexKeys, { title: 'An index', required: ['columns'] });

const columnForm = /^\s*(\S+?)(?:\s+(asc|desc))?\s*$/i;
/** PostgreSQL's limit (manual, appendix K). */
const maxIndexColumns = 32;

const fitting: Readonly<Record<'gin' | 'search', ReadonlySet<ColumnType>>> = {
  gin: new Set(['list', 'json']),
  search: new Set(['text', 'email']),
};

/** Reads one index; null when it has no column that exists. */
export function readIndex(
  found: Found<Keys<typeof indexKeys>>,
  table: string,
  columns: ReadonlyMap<string, Column>,
  problems: Problems,
): TableIndex | null {
  const keys = found.value;
  const type = keys.type?.value ?? 'btree';
  const indexed: IndexColumn[] = [];
  for (const one of keys.columns?.value ?? []) {
    const column = readIndexColumn(one, type, table, columns, problems);
    if (column === null) continue;
    if (indexed.some((known) => known.column === column.column))
      problems.add(valueTwice, one.node, { value: column.column, what: 'the columns of the index' });
    else indexed.push(column);
  }
  if (indexed.length > maxIndexColumns)
    problems.add(badIndex, found.node, { reason: `An index has at most ${maxIndexColumns} columns` });
  if (type !== 'btree' && keys.unique?.value === true)
    problems.add(badIndex, keys.unique.node, { reason: `An index of type ${type} can't be unique`, hint: 'Only btree can.' });
  if (type !== 'search' && keys.language !== undefined)
    problems.add(badIndex, keys.language.node, { reason: 'Only a search index has a language', hint: 'Add "type": "search".' });
  if (indexed.length === 0) return null;
  return {
    type,
    unique: type === 'btree' && (keys.unique?.value ?? false),
    columns: indexed,
    span: found.node.span,
    pointer: found.node.pointer,
    ...(type === 'search' ? { language: keys.language?.value ?? 'simple' } : {}),
  };
}

function readIndexColumn(
  one: Found<string>,
  type: TableIndex['type'],
  table: string,
  columns: ReadonlyMap<string, Column>,
  problems: Problems,
): IndexColumn | null {
  const [, name = one.value, order] = columnForm.exec(one.value) ?? [];
  const column = columns.get(name);
  if (column === undefined) {
    const minus = name.startsWith('-') && columns.has(name.slice(1));
    if (minus)
      problems.add(badIndex, one.node, { reason: `Descending columns are written with desc`, hint: `"${name.slice(1)} desc"` });
    else problems.add(unknownIndexColumn, one.node, { column: name, table, known: [...columns.keys()] });
    return null;
  }
  if (type !== 'btree' && order !== undefined)
    problems.add(badIndex, one.node, { reason: `An index of type ${type} has no order`, hint: `Write "${name}".` });
  if (type !== 'btree' && !fitting[type].has(column.type))
    problems.add(badIndex, one.node, {
      reason: `${name} is ${column.type}: an index of type ${type} is for ${[...fitting[type]].join(' and ')} columns`,
      hint: undefined,
    });
  if (column.type === 'password')
    problems.add(badIndex, one.node, { reason: `${name} holds hashes of passwords, which are never looked up` });
  if (type === 'btree' && column.type === 'json')
    problems.add(badIndex, one.node, { reason: `${name} is json, which has no useful order`, hint: 'Write "type": "gin".' });
  return { column: name, descending: order?.toLowerCase() === 'desc' };
}
