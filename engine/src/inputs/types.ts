/** What the checker knows of inputs, columns and rows before a run. */
import type { Column, ColumnType, Input, Table } from '../model.ts';
import { anyType, bigintType, listOf, nullable, objectOf, type Type, type } from '../types/type.ts';

/** The static type of an input as stacks read it: null too when it may be absent. */
function typeOfInput(input: Input): Type {
  const always = input.required || input.default !== undefined;
  const base = baseOfInput(input);
  return input.nullable || !always ? nullable(base) : base;
}

/** The type of `input` itself. */
export function typeOfInputs(inputs: ReadonlyMap<string, Input>): Type {
  return objectOf([...inputs].map(([name, input]) => [name, typeOfInput(input)] as const));
}

function baseOfInput(input: Input): Type {
  switch (input.type) {
    case 'list':
      return input.items === undefined ? type('list') : listOf(typeOfInput(input.items));
    case 'object':
      return input.fields === undefined ? type('object') : typeOfInputs(input.fields);
    case 'file':
      return objectOf([
        ['name', type('text')],
        ['type', type('text')],
        ['size', type('int')],
        ['bytes', type('bytes')],
      ]);
    // What is sent as a password is plain text: only a column's hash must never leave.
    case 'password':
      return type('text');
    default:
      return scalar(input.type, input.values);
  }
}

/** The static type of a column's value as it is read. */
function typeOfColumn(column: Column): Type {
  const base =
    column.type === 'list'
      ? listOf(scalar(column.items ?? 'text', column.values))
      : column.type === 'password'
        ? type('text', { password: true })
        : scalar(column.type, column.values);
  return column.nullable ? nullable(base) : base;
}

/** The static type of a table's row. */
export function typeOfRow(table: Table): Type {
  return objectOf([...table.columns.values()].map((column) => [column.name, typeOfColumn(column)] as const));
}

function scalar(name: ColumnType, values: readonly string[] | undefined): Type {
  switch (name) {
    case 'int':
    case 'decimal':
    case 'float':
    case 'text':
    case 'bool':
    case 'timestamp':
    case 'date':
      return type(name);
    case 'bigint':
      return bigintType;
    case 'uuid':
    case 'email':
    case 'password':
      return type('text');
    case 'enum':
      return type('text', values === undefined ? {} : { values });
    case 'json':
      return anyType;
    case 'list':
      return type('list');
  }
}
