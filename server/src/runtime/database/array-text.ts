/** PostgreSQL's text form of arrays (documentation, 8.15.2 and 8.15.6): written and read in one place. */

/** Writes a one-dimensional array. Every item is quoted, so that no content can be taken for syntax or NULL. */
export function writeArray(items: readonly (string | null)[]): string {
  const parts = items.map((item) => (item === null ? 'NULL' : `"${item.replace(/["\\]/g, '\\$&')}"`));
  return `{${parts.join(',')}}`;
}

/** An array as read: items are texts, null, or arrays again where it has more dimensions. */
export type ArrayText = readonly (string | null | ArrayText)[];

/** Reads what PostgreSQL wrote. Throws on anything else: it is no user's text. */
export function readArray(text: string): ArrayText {
  // Bounds other than 1 stand before the braces: `[0:1]={1,2}`.
  const start = text.startsWith('[') ? text.indexOf('=') + 1 : 0;
  const reader = { text, at: start };
  const items = readLevel(reader, 0);
  if (reader.at !== text.length) throw new Error('an array has text after its end');
  return items;
}

/** PostgreSQL's own bound (MAXDIM). */
const deepest = 6;

interface Reader {
  readonly text: string;
  at: number;
}

function readLevel(reader: Reader, depth: number): ArrayText {
  const { text } = reader;
  if (text[reader.at] !== '{' || depth >= deepest) throw new Error('an array does not begin with a brace');
  reader.at += 1;
  const items: (string | null | ArrayText)[] = [];
  if (text[reader.at] === '}') {
    reader.at += 1;
    return items;
  }
  for (;;) {
    items.push(readItem(reader, depth));
    const next = text[reader.at];
    reader.at += 1;
    if (next === '}') return items;
    if (next !== ',') throw new Error('an array lacks a comma or its end');
  }
}

function readItem(reader: Reader, depth: number): string | null | ArrayText {
  const { text } = reader;
  if (text[reader.at] === '{') return readLevel(reader, depth + 1);
  if (text[reader.at] === '"') return readQuoted(reader);
  let end = reader.at;
  while (end < text.length && text[end] !== ',' && text[end] !== '}') end += 1;
  const bare = text.slice(reader.at, end);
  reader.at = end;
  return bare === 'NULL' ? null : bare;
}

function readQuoted(reader: Reader): string {
  const { text } = reader;
  let item = '';
  let from = reader.at + 1;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '\\') {
      item += text.slice(from, at);
      at += 1;
      from = at;
    } else if (text[at] === '"') {
      reader.at = at + 1;
      return item + text.slice(from, at);
    }
  }
  throw new Error('an array has a quote without an end');
}
