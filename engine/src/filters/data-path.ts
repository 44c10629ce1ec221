/** Paths inside values that filters take as text: `address.city`, `lines[2].price`, `lines.2.price`, `["a.b"]`. */
import { defineError, errorOf } from '../errors.ts';
import { isList } from '../values/kinds.ts';
import { indexOf, memberOf } from '../values/member.ts';
import type { Value } from '../values/value.ts';

const badPath = defineError<{ path: string }>({
  code: 'bad_path',
  status: 400,
  title: 'A path into a value is not written as one',
  solve:
    'Write names with points and indexes in brackets: `lines[0].price`. A name with a point or bracket goes in quotes: `["a.b"]`.',
  message: (d) => `${JSON.stringify(d.path)} is no path.`,
});

/** A name (digits after a point may mean an index too), or an index in brackets. */
type Part = { readonly name: string } | { readonly index: number };

const partPattern = /(?:^|\.)([^.[\]]+)|\[(\d{1,15})\]|\[("(?:[^"\\]|\\.)*")\]|\['([^'\\]*)'\]/y;
const maxPathLength = 2_000;
const maxCached = 256;
const cache = new Map<string, readonly Part[]>();

/** Reads a path; an empty one means the value itself. Throws `bad_path`. */
export function parseDataPath(text: string): readonly Part[] {
  const known = cache.get(text);
  if (known !== undefined) return known;
  if (text.length > maxPathLength) throw errorOf(badPath, { path: `${text.slice(0, 60)}…` });
  const parts: Part[] = [];
  for (partPattern.lastIndex = 0; partPattern.lastIndex < text.length; ) {
    const match = partPattern.exec(text);
    if (match === null) throw errorOf(badPath, { path: text });
    parts.push(partOf(match, text));
  }
  if (cache.size >= maxCached) cache.clear();
  cache.set(text, parts);
  return parts;
}

function partOf(match: RegExpExecArray, text: string): Part {
  const [, name, index, doubleQuoted, singleQuoted] = match;
  if (index !== undefined) return { index: Number(index) };
  if (doubleQuoted === undefined) return { name: name ?? singleQuoted ?? '' };
  try {
    return { name: String(JSON.parse(doubleQuoted)) };
  } catch {
    throw errorOf(badPath, { path: text });
  }
}

/** The part as it applies to `value`: digits after a point are an index where there is a list. */
function keyFor(part: Part, value: Value): string | number {
  if ('index' in part) return part.index;
  return isList(value) && /^\d{1,15}$/.test(part.name) ? Number(part.name) : part.name;
}

/** What stands at the path; null when it isn't there. */
export function readPath(value: Value, path: readonly Part[]): Value {
  let at = value;
  for (const part of path) {
    const key = keyFor(part, at);
    at = typeof key === 'number' ? indexOf(at, key) : memberOf(at, key);
  }
  return at;
}

/** The path's keys as `setPath` wants them, for this value. */
export function keysOf(value: Value, path: readonly Part[]): (string | number)[] {
  let at = value;
  return path.map((part) => {
    const key = keyFor(part, at);
    at = typeof key === 'number' ? indexOf(at, key) : memberOf(at, key);
    return key;
  });
}
