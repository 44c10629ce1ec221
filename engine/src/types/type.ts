/** What the checker knows of a value before the run. */
import type { TypeName } from '../values/value.ts';

/** What must not reach a client, however it is wrapped: the hash of a password column, and a secret of env.jsonc. */
export const marks = ['password', 'secret'] as const;
export type Mark = (typeof marks)[number];
export type Marks = { readonly [M in Mark]?: true };

/**
 * A static type. `any` is "not known": everything is allowed and nothing is promised. A union is not kept: two different
 * types join to `any`, except that null only makes the other nullable.
 */
export interface Type extends Marks {
  readonly kind: Exclude<TypeName, 'null'> | 'null' | 'any';
  /** May be null as well. Always true for `null` and `any`. */
  readonly nullable: boolean;
  /** Of a list. */
  readonly items?: Type;
  /** Of an object whose members are known. Absent: any members. */
  readonly fields?: ReadonlyMap<string, Type>;
  /** The values of an enum. */
  readonly values?: readonly string[];
  /** A decimal that is a bigint: the same in a stack, but a text in JSON. */
  readonly bigint?: true;
}

export const anyType: Type = { kind: 'any', nullable: true };
export const nullType: Type = { kind: 'null', nullable: true };

/** A plain type that is never null. */
export function type(kind: Type['kind'], more: Omit<Partial<Type>, 'kind'> = {}): Type {
  return { kind, nullable: kind === 'any' || kind === 'null', ...more };
}

/** The type of bigint columns and inputs. */
export const bigintType: Type = type('decimal', { bigint: true });

export const listOf = (items: Type): Type => ({ kind: 'list', nullable: false, items });
export const objectOf = (fields: Iterable<readonly [string, Type]>): Type => ({
  kind: 'object',
  nullable: false,
  fields: new Map(fields),
});
export const nullable = (t: Type): Type => (t.nullable ? t : { ...t, nullable: true });
export const notNull = (t: Type): Type => (t.kind === 'null' || t.kind === 'any' || !t.nullable ? t : { ...t, nullable: false });

/** The type of a value that is one or the other. */
export function join(a: Type, b: Type): Type {
  if (a === b) return a;
  if (a.kind === 'null') return nullable(b);
  if (b.kind === 'null') return nullable(a);
  const carried =
    a.kind === b.kind
      ? marksWhere((mark) => a[mark] === true || b[mark] === true)
      : marksWhere((mark) => holds(a, mark) || holds(b, mark));
  const maybe = a.nullable || b.nullable;
  // A bigint and another decimal are one type in a stack, but not in JSON.
  if (a.kind !== b.kind || a.bigint !== b.bigint) return { ...anyType, ...carried };
  if (a.bigint === true) return maybe ? nullable(bigintType) : bigintType;
  if (a.kind === 'list')
    return { kind: 'list', nullable: maybe, ...carried, ...(a.items && b.items ? { items: join(a.items, b.items) } : {}) };
  if (a.kind === 'object') {
    if (a.fields === undefined || b.fields === undefined) return { kind: 'object', nullable: maybe, ...marksOf(a, b) };
    const fields = new Map<string, Type>();
    for (const key of new Set([...a.fields.keys(), ...b.fields.keys()]))
      fields.set(key, join(a.fields.get(key) ?? nullType, b.fields.get(key) ?? nullType));
    return { kind: 'object', nullable: maybe, fields };
  }
  return { kind: a.kind, nullable: maybe, ...carried };
}

const marksWhere = (carries: (mark: Mark) => boolean): Marks =>
  Object.fromEntries(marks.filter(carries).map((mark) => [mark, true as const]));

/** Whether a value of this type may carry the mark, however deep. */
export function holds(t: Type, mark: Mark): boolean {
  if (t[mark] === true) return true;
  if (t.items !== undefined) return holds(t.items, mark);
  if (t.fields !== undefined) for (const field of t.fields.values()) if (holds(field, mark)) return true;
  return false;
}

/** The marks that stand on one of these themselves. */
export const ownMarks = (...of: readonly Marks[]): Marks => marksWhere((mark) => of.some((one) => one[mark] === true));

/** The marks that a value of one of these types may carry, however deep. */
export const marksOf = (...types: readonly Type[]): Marks => marksWhere((mark) => types.some((t) => holds(t, mark)));

/** Nothing is known of the value but that it may carry the mark. */
export const anyWith = (...carried: readonly Mark[]): Type => ({ ...anyType, ...marksWhere((mark) => carried.includes(mark)) });

/** The type as users read it: `list of int`, `text or null`. */
export function describeType(t: Type): string {
  const base = t.kind === 'list' && t.items !== undefined ? `list of ${describeType(t.items)}` : t.kind;
  return t.nullable && t.kind !== 'null' && t.kind !== 'any' ? `${base} or null` : base;
}
const measures: ReadonlySet<Type['kind']> = new Set(['bool', 'int', 'decimal', 'float', 'timestamp', 'date', 'null']);

/** The type, carrying the marks that any of the sources does. Numbers, truths and times say nothing of what they were made of. */
export function tainted(result: Type, ...sources: readonly Type[]): Type {
  if (measures.has(result.kind)) return result;
  return { ...result, ...marksWhere((mark) => !holds(result, mark) && sources.some((source) => holds(source, mark))) };
}
