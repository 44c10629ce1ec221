/** Texts from outside: what every text must be, and the kinds with a form of their own. */
import type { Value } from '../values/value.ts';

/** What is wrong with a text that no PostgreSQL text can hold; null when nothing is. */
export function textFlaw(text: string): string | null {
  if (text.includes('\u0000')) return 'must not contain U+0000 (NUL), which the database cannot store';
  if (!text.isWellFormed()) return 'must be well-formed Unicode: it contains half of a surrogate pair';
  return null;
}

/** Like `textFlaw`, for every text and key inside a value, however deep (without recursion: nesting may be the caller's). */
export function textFlawWithin(value: Value): string | null {
  const open: Value[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next === 'string') {
      const flaw = textFlaw(next);
      if (flaw !== null) return flaw;
    } else if (isList(next)) {
      for (const item of next) if (isOpen(item)) open.push(item);
    } else if (isPlainObject(next)) {
      for (const key of Object.keys(next)) {
        const flaw = textFlaw(key);
        if (flaw !== null) return flaw;
        const member = next[key] ?? null;
        if (isOpen(member)) open.push(member);
      }
    }
  }
  return null;
}

const isOpen = (value: Value): boolean => typeof value === 'string' || (typeof value === 'object' && value !== null);

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** An object of members: not a list, and none of the boxes (decimal, float, times, bytes). */
export function isPlainObject(value: Value): value is { readonly [key: string]: Value } {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** Unicode code points: what `min` and `max` of a text count. */
export function characters(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length - 1; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && unit <= 0xdbff) {
      const low = text.charCodeAt(i + 1);
      if (low >= 0xdc00 && low <= 0xdfff) {
        count--;
        i++;
      }
    }
  }
  return count;
}

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The canonical spelling (lower case, RFC 9562) of a UUID, or null. */
export function canonicalUuid(text: string): string | null {
  return text.length === 36 && uuidForm.test(text) ? text.toLowerCase() : null;
}

/** RFC 5321, 4.5.3.1: octets of a local part and of a path. */
const maxLocalPart = 64;
const maxEmail = 254;
// Each is a class under one repetition: linear however the text looks.
const localPart = /^[^\s\p{Cc}@"(),:;<>[\]\\]+$/u;
const domainLabel = /^[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]*[\p{L}\p{N}\p{M}])?$/u;

/**
 * An email address trimmed and lower-cased, or null when it is none. The check is deliberately modest: one `@`, a local part
 * without blanks, quotes and brackets, and a domain of at least two labels; only a delivered message proves more.
 */
export function canonicalEmail(text: string): string | null {
  if (text.length > maxEmail + 64) return null;
  const email = text.trim().toLowerCase();
  const at = email.indexOf('@');
  if (email.length > maxEmail || at < 1 || at > maxLocalPart || at !== email.lastIndexOf('@')) return null;
  const local = email.slice(0, at);
  if (!localPart.test(local) || local.startsWith('.') || local.endsWith('.') || local.includes('..')) return null;
  const labels = email.slice(at + 1).split('.');
  if (labels.length < 2 || labels.some((label) => label.length > 63 || !domainLabel.test(label))) return null;
  return email;
}
