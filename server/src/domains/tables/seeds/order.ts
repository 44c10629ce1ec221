/** In which order tables are filled: those that others refer to first; tables that refer to each other together. */
import type { Table } from '@ashlar/engine';

/** Groups of table names, each after the groups it refers to. A group has more than one table only where they refer in a circle. */
export function seedOrder(tables: ReadonlyMap<string, Table>, names: Iterable<string>): readonly (readonly string[])[] {
  const wanted = new Set(names);
  // Tarjan's strongly connected components: they come out with those that are referred to first.
  const indexes = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const groups: string[][] = [];
  const visit = (name: string): void => {
    indexes.set(name, indexes.size);
    low.set(name, indexes.get(name) ?? 0);
    stack.push(name);
    for (const target of targetsOf(tables.get(name))) {
      if (!indexes.has(target)) {
        if (!tables.has(target)) continue;
        visit(target);
        low.set(name, Math.min(low.get(name) ?? 0, low.get(target) ?? 0));
      } else if (stack.includes(target)) low.set(name, Math.min(low.get(name) ?? 0, indexes.get(target) ?? 0));
    }
    if (low.get(name) === indexes.get(name)) groups.push(stack.splice(stack.indexOf(name)));
  };
  for (const name of [...wanted].sort()) if (!indexes.has(name) && tables.has(name)) visit(name);
  return groups.map((group) => group.filter((name) => wanted.has(name))).filter((group) => group.length > 0);
}

/** Tables that a table refers to, itself left out. */
function targetsOf(table: Table | undefined): readonly string[] {
  const targets = [...(table?.columns.values() ?? [])].flatMap(({ references }) =>
    references === undefined ? [] : [references.table],
  );
  return [...new Set(targets)].filter((target) => target !== table?.name).sort();
}
