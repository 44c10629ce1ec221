/** What a statement gives back: the columns of the answer, and hidden ones that the engine needs and takes out again. */
import type { JsonNode } from '../../1-syntax/ast.ts';
import type { Table } from '../../model.ts';
import type { ResultColumn } from '../../run/statement.ts';
import type { Type } from '../../types/type.ts';
import { bindingOf, stackType } from './column-types.ts';
import type { RowCompiler } from './compiler.ts';
import type { CompileContext } from './context.ts';
import { type NamesInUse, namedMembers, textList } from './names.ts';
import { unknownRowName } from './problems.ts';
import type { SqlSource, SqlValue } from './scope.ts';
import { identifier, list, type Sql, sql } from './tree.ts';

export class Selection {
  /** By name in the answer. */
  readonly visible = new Map<string, SqlValue>();
  /** Columns of the row that `visible` shows under their own name. */
  readonly #columns = new Set<string>();
  /** `~0`, `~1`, …: no name of a user's begins so. */
  readonly hidden = new Map<string, SqlValue>();
  readonly #hiddenColumns = new Map<string, string>();

  addColumn(name: string, value: SqlValue): void {
    this.visible.set(name, value);
    this.#columns.add(name);
  }

  addComputed(name: string, value: SqlValue): void {
    this.visible.set(name, value);
  }

  /** Fetches a column of the row, whether it is shown or not; answers its name in the statement's rows. */
  need(name: string, value: SqlValue): string {
    if (this.#columns.has(name)) return name;
    const known = this.#hiddenColumns.get(name);
    if (known !== undefined) return known;
    const made = this.hide(value);
    this.#hiddenColumns.set(name, made);
    return made;
  }

  /** Fetches a value that is not shown; answers its name in the statement's rows. */
  hide(value: SqlValue): string {
    const name = `~${this.hidden.size}`;
    this.hidden.set(name, value);
    return name;
  }

  /** `"order"."id" as "id", …`. */
  sql(): Sql {
    const parts = [...this.#all()].map(([name, value]) => sql`${value.sql} as ${identifier(name)}`);
    return list(parts);
  }

  /** `"~c"."id", …`: the same names out of a subquery. */
  sqlFrom(alias: Sql): Sql {
    return list([...this.#all()].map(([name]) => sql`${alias}.${identifier(name)}`));
  }

  columns(): readonly ResultColumn[] {
    return [...this.#all()].map(([name, value]) => ({ name, ...bindingOf(value.type) }));
  }

  /** The static types of what is shown. */
  fields(): Map<string, Type> {
    return new Map([...this.visible].map(([name, value]) => [name, stackType(value.type, value.nullable)]));
  }

  *#all(): Iterable<readonly [string, SqlValue]> {
    yield* this.visible;
    yield* this.hidden;
  }
}

/** Fills the selection from `output` (all columns but passwords by default). */
export function selectOutput(
  context: CompileContext,
  selection: Selection,
  source: SqlSource,
  output: JsonNode | undefined,
  computed: readonly string[] = [],
): void {
  if (output === undefined || output.kind === 'null') {
    addOwnColumns(selection, source);
    return;
  }
  for (const { name, node } of textList(context, output, 'output')) {
    const value = source.column(name);
    if (value !== undefined) selection.addColumn(name, value);
    else if (!computed.includes(name))
      context.report(unknownRowName, node, { name, of: source.table.name, candidates: [...source.names(), ...computed] });
  }
}

/** Every column but passwords. */
export function addOwnColumns(selection: Selection, source: SqlSource): void {
  for (const name of source.names()) {
    const value = source.column(name);
    if (value !== undefined && value.type.password !== true) selection.addColumn(name, value);
  }
}

/** Compiles `eval`: computed columns by name. */
export function readEval(compiler: RowCompiler, node: JsonNode | undefined, names: NamesInUse): ReadonlyMap<string, SqlValue> {
  const computed = new Map<string, SqlValue>();
  for (const member of namedMembers(compiler.context, node, 'eval')) {
    names.take(member, 'computed by eval');
    computed.set(member.key, compiler.value(compiler.context.step.parse(member.value)));
  }
  return computed;
}

/** `"order"`, as it stands after `from`. */
export const fromTable = (table: Table): Sql => identifier(table.name);
