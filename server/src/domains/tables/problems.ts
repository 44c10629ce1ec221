/** What a schema plan asks or refuses. */
import { defineProblem, type Source, type Table } from '@ashlar/engine';

export const renameOrDrop = defineProblem<{ what: string; candidates: string; drop: string; was: string }>({
  code: 'rename_or_drop',
  severity: 'error',
  title: 'A table or column vanished while another is new',
  solve:
    'Was it renamed, or is one dropped and another added? Say `"was": "old_name"` on the new one, or name what is dropped: `ashlar push --drop order.note`.',
  message: (d) => `${d.what} is gone and ${d.candidates} is new: renamed, or dropped and added?`,
  hint: (d) => `Renamed: "was": "${d.was}" on the new one. Dropped: --drop ${d.drop}`,
});
export const dropNotNamed = defineProblem<{ what: string; drop: string }>({
  code: 'drop_not_named',
  severity: 'error',
  title: 'A table or column would be dropped with its data',
  solve: 'Dropping needs its name: `ashlar push --drop order.note`. Put the file or column back if it should stay.',
  message: (d) => `${d.what} is gone from the files; its data would be lost.`,
  hint: (d) => `To drop it, push with --drop ${d.drop}`,
});
export const dropUnused = defineProblem<{ drop: string }>({
  code: 'drop_unused',
  severity: 'warning',
  title: 'What --drop names is still in the files',
  solve:
    'Nothing was dropped. `--drop` allows a table or `table.column` to go that the files no longer have: take it out of the files to drop it, or leave the option out to keep it. Naming what is gone already is fine, so that a command can be run again.',
  message: (d) => `--drop ${d.drop}: it is still in the files, so it is not dropped.`,
  hint: (d) => `To drop it, take ${d.drop} out of the files; to keep it, leave --drop ${d.drop} out.`,
});
export const columnNeedsDefault = defineProblem<{ column: string }>({
  code: 'column_needs_default',
  severity: 'error',
  title: 'A new column without a value for the rows that are there',
  solve: 'The table has rows: give the column a `default`, or make it nullable (`"text?"`), fill it, and then make it not null.',
  message: (d) => `${d.column} is new, must have a value and has no default, but the table has rows.`,
  hint: () => 'Add "default", or "nullable": true.',
});
export const keyNotChangeableHere = defineProblem<{ table: string; reason: string }>({
  code: 'key_changed',
  severity: 'error',
  title: 'The key of a table that has rows would change',
  solve: 'Other rows and clients hold the keys. Make a new table and move the rows over.',
  message: (d) => `The key of ${d.table} can't change: ${d.reason}.`,
});
export const typeNotChangeable = defineProblem<{ column: string; from: string; to: string; drop: string }>({
  code: 'type_not_changeable',
  severity: 'error',
  title: 'A column’s type would change to one that its values don’t fit',
  solve: 'Add a new column, fill it, and drop the old one; or give the column up with its values: `--drop order.note`.',
  message: (d) => `${d.column} can't become ${d.to}: it holds ${d.from} values that have no sure form there.`,
  hint: (d) => `Add a column beside it; or start it empty with --drop ${d.drop}`,
});

/** The beginning of a table's file. */
export function placeOfTable(table: Table): { span: { source: Source; start: number; end: number }; pointer: string } {
  return { span: { source: table.source, start: 0, end: 0 }, pointer: '' };
}

/** A file that is no longer there. */
export function placeOfFile(path: string): { span: { source: Source; start: number; end: number }; pointer: string } {
  return { span: { source: { path, text: '' }, start: 0, end: 0 }, pointer: '' };
}
