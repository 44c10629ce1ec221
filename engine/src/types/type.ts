/** What the checker knows of a value before the run. */
import type { TypeName } from '../values/value.ts';

/**
 * A static type. `any` is "not known": everything is allowed and nothing is promised. A union is not kept: two different
 * types join to `any`, except that null only makes the other nullable.
 */
export interface Type {
  readonly kind: Exclude<TypeName, 'null'> | 'null' | 'any';
  /** May be null as well. Always true for `null` and `any`. */
  readonly nullable: boolean;
  /** Of a list. */
  readonly items?: Type;
  /** Of an object whose members are known. Absent: any members. */
  readonly fields?: ReadonlyMap<string, Type>;
  /** It is (or holds) the hash of a password column; an endpoint's response must not carry it. */
  readonly password?: true;
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
  const password =
    a.password === true || b.password === true || (a.kind !== b.kind && (holdsPassword(a) || holdsPassword(b)))
      ? { password: true as const }
      : {};
  const maybe = a.nullable || b.nullable;
  // A bigint and another decimal are one type in a stack, but not in JSON.
  if (a.kind !== b.kind || a.bigint !== b.bigint) return { ...anyType, ...password };
  if (a.bigint === true) return maybe ? nullable(bigintType) : bigintType;
  if (a.kind === 'list')
    return { kind: 'list', nullable: maybe, ...password, ...(a.items && b.items ? { items: join(a.items, b.items) } : {}) };
  if (a.kind === 'object') {
    const holds = holdsPassword(a) || holdsPassword(b) ? { password: true as const } : {};
    if (a.fields === undefined || b.fields === undefined) return { kind: 'object', nullable: maybe, ...holds };
    const fields = new Map<string, Type>();
    for (const key of new Set([...a.fields.keys(), ...b.fields.keys()]))
      fields.set(key, join(a.fields.get(key) ?? nullType, b.fields.get(key) ?? nullType));
    return { kind: 'object', nullable: maybe, fields };
  }
  return { kind: a.kind, nullable: maybe, ...password };
}

/** Whether a value of this type may carry a password's hash, however deep. */
export function holdsPassword(t: Type): boolean {
  if (t.password === true) return true;
  if (t.items !== undefined) return holdsPassword(t.items);
  if (t.fields !== undefined) for (const field of t.fields.values()) if (holdsPassword(field)) return true;
  return false;
}

/** The type as users read it: `list of int`, `text or null`. */
export function describeType(t: Type): string {
  const base = t.kind === 'list' && t.items !== undefined ? `list of ${describeType(t.items)}` : t.kind;
  return t.nullable && t.kind !== 'null' && t.kind !== 'any' ? `${base} or null` : base;
}
const measures: ReadonlySet<Type['kind']> = new Set(['bool', 'int', 'decimal', 'float', 'timestamp', 'date', 'null']);

/** The type, carrying the mark of a password's hash if any of the sources does. Numbers, truths and times say nothing of one. */
export function tainted(result: Type, ...sources: readonly Type[]): Type {
  if (measures.has(result.kind) || holdsPassword(result) || !sources.some(holdsPassword)) return result;
  return { ...result, password: true };
}
