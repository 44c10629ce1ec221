/** Collects the refused fields of one request. The path of a field is only put together when something is wrong with it. */
import type { FieldError } from '../errors.ts';
import type { FieldCode } from './codes.ts';

/** How many refused fields an answer names. */
const maxFieldErrors = 100;

/** A name that stands after a dot as it is; others are quoted in brackets. */
const plainName = /^[A-Za-z_$][A-Za-z0-9_$-]{0,127}$/;

/** Names in messages are cut here: they may be the caller's own. */
const shownNameLength = 64;

/** `['lines', 2, 'count']` as `lines[2].count`; `prefix` goes before it as it is. */
function fieldPath(segments: readonly (string | number)[], prefix = ''): string {
  let path = prefix;
  for (const segment of segments) {
    if (typeof segment === 'number') path += `[${segment}]`;
    else if (!plainName.test(segment)) path += `[${JSON.stringify(segment.slice(0, shownNameLength))}]`;
    else path += path === '' ? segment : `.${segment}`;
  }
  return path;
}

export class Report {
  readonly errors: FieldError[] = [];
  /** Where the value under check stands; pushed and popped by whoever walks into it. */
  readonly path: (string | number)[] = [];
  in: FieldError['in'] = 'body';
  /** Name of what is checked, when that is one value: `input.at`. */
  readonly prefix: string;

  constructor(prefix = '') {
    this.prefix = prefix;
  }

  /** No more errors are kept: checking may stop. */
  get full(): boolean {
    return this.errors.length >= maxFieldErrors;
  }

  /** Adds an error for the field at the present path. `message` goes on from the field's name: "must be …". Answers `refused`. */
  refuse(code: FieldCode, message: string): undefined {
    if (this.full) return undefined;
    const field = fieldPath(this.path, this.prefix);
    this.errors.push({ in: this.in, field, code, message: `${field === '' ? 'The body' : field} ${message}.` });
    return undefined;
  }
}
