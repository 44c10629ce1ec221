/** Which names things may have. */
import type { Span } from '../1-syntax/ast.ts';
import type { Problems } from '../problems.ts';
import { badName, reservedName } from './problems.ts';

interface Place {
  readonly span: Span;
  readonly pointer: string;
}

/** Bytes of an identifier: PostgreSQL cuts at 63, and names made from it (sequences, indexes) need a few of them. */
const maxIdentifier = 59;
const identifierForm = /^[A-Za-z_][A-Za-z0-9_]*$/;
export const identifierPattern = `^[A-Za-z_][A-Za-z0-9_]{0,${maxIdentifier - 1}}$`;
const identifierRule = `Letters, digits and underscores, not beginning with a digit, at most ${maxIdentifier} characters.`;

/** PostgreSQL's own columns of every table (manual, 5.6). */
const systemColumns: ReadonlySet<string> = new Set(['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid', 'oid']);

/** Checks the name of a table or column (kept as written, case too). Reports and answers false when it can't be one. */
export function checkIdentifier(name: string, what: 'a table' | 'a column', at: Place, problems: Problems): boolean {
  if (!identifierForm.test(name) || name.length > maxIdentifier) {
    problems.add(badName, at, { what, name, rule: identifierRule });
    return false;
  }
  const reserved = /^(?:ashlar_|pg_)/i.exec(name);
  const title = what === 'a table' ? 'A table' : 'A column';
  if (reserved !== null)
    problems.add(reservedName, at, { what: title, name, reason: `names that begin with ${reserved[0]} are kept free` });
  else if (what === 'a column' && systemColumns.has(name))
    problems.add(reservedName, at, { what: title, name, reason: 'PostgreSQL has a system column of that name in every table' });
  else return true;
  return false;
}

export const slugPattern = '^[a-z][a-z0-9-]{0,62}$';
const slugForm = new RegExp(slugPattern);
const slugRule = 'Lower-case letters, digits and hyphens, beginning with a letter, at most 63 characters.';

/** Checks a name that stands in URLs. */
export function checkSlug(name: string, what: string, at: Place, problems: Problems): boolean {
  if (slugForm.test(name)) return true;
  problems.add(badName, at, { what, name, rule: slugRule });
  return false;
}

export const inputNamePattern = '^[A-Za-z_][A-Za-z0-9_-]{0,99}$';
const inputNameForm = new RegExp(inputNamePattern);

/** Checks the name of an input. */
export function checkInputName(name: string, at: Place, problems: Problems): boolean {
  if (inputNameForm.test(name)) return true;
  problems.add(badName, at, {
    what: 'an input',
    name,
    rule: 'Letters, digits, underscores and hyphens, not beginning with a digit or hyphen, at most 100 characters.',
  });
  return false;
}

const fileNameForm = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,99}$/;

/** Checks a part of the name of a function or task, as its file gives it. */
export function checkFileName(name: string, what: 'a function' | 'a task', at: Place, problems: Problems): boolean {
  if (fileNameForm.test(name)) return true;
  problems.add(badName, at, { what, name, rule: 'Letters, digits, underscores and hyphens, at most 100 characters.' });
  return false;
}
