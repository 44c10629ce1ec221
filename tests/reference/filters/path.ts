/** Paths: those that filters take as text, and changing what stands at one. */
import { at } from '../text.ts';
import { list, nothing, object, type Ref, RefError, wrongType } from '../value.ts';

export type Part = string | number;

/** `lines[0].price`, `lines.0.price`, `["a.b"]`, read from left to right. */
export function parsePath(path: string): readonly (Part | { readonly loose: string })[] {
  const bad = (): RefError => new RefError('bad_path');
  if (path.length > 2_000) throw bad();
  const parts: (Part | { readonly loose: string })[] = [];
  let i = 0;
  while (i < path.length) {
    if (path[i] === '[') {
      const close = closing(path, i);
      if (close === -1) throw bad();
      parts.push(bracketed(path.slice(i + 1, close), bad));
      i = close + 1;
      continue;
    }
    if (path[i] === '.') i++;
    else if (i > 0) throw bad();
    let end = i;
    while (end < path.length && !'.[]'.includes(path[end] ?? '')) end++;
    if (end === i) throw bad();
    parts.push({ loose: path.slice(i, end) });
    i = end;
  }
  return parts;
}

function closing(path: string, open: number): number {
  const quote = path[open + 1];
  if (quote !== '"' && quote !== "'") return path.indexOf(']', open);
  for (let i = open + 2; i < path.length; i++) {
    if (quote === '"' && path[i] === '\\') i++;
    else if (path[i] === quote) return path[i + 1] === ']' ? i + 1 : -1;
  }
  return -1;
}

function bracketed(inner: string, bad: () => RefError): Part {
  if (/^\d{1,15}$/.test(inner)) return Number(inner);
  if (inner.startsWith("'")) {
    if (inner.includes('\\')) throw bad();
    return inner.slice(1, -1);
  }
  if (!inner.startsWith('"')) throw bad();
  try {
    return String(JSON.parse(inner));
  } catch {
    throw bad();
  }
}

/** The parts as they apply to a value: digits after a point are an index where there is a list. */
export function resolvePath(value: Ref, parts: readonly (Part | { readonly loose: string })[]): readonly Part[] {
  let here = value;
  return parts.map((part) => {
    const key =
      typeof part !== 'object' ? part : here.type === 'list' && /^\d{1,15}$/.test(part.loose) ? Number(part.loose) : part.loose;
    here = at(here, key);
    return key;
  });
}

/** What stands at a path. */
export function read(value: Ref, path: string): Ref {
  return resolvePath(value, parsePath(path)).reduce((here: Ref, key) => at(here, key), value);
}

/** A copy with `next` at the path: missing objects and lists are made, an index equal to the length appends. */
export function write(value: Ref, path: readonly Part[], next: Ref): Ref {
  const [key, ...rest] = path;
  if (key === undefined) return next;
  if (typeof key === 'string') {
    if (value.type !== 'object' && value.type !== 'null') throw wrongType();
    const members = new Map(value.type === 'object' ? value.members : []);
    members.set(key, write(members.get(key) ?? nothing, rest, next));
    return object(members);
  }
  if (value.type !== 'list' && value.type !== 'null') throw wrongType();
  const items = value.type === 'list' ? [...value.items] : [];
  if (key < 0 || key > items.length) throw new RefError('index_out_of_range');
  items[key] = write(items[key] ?? nothing, rest, next);
  return list(items);
}
