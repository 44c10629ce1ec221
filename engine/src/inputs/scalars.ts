/** Checks of the single values that are no numbers. */
import { Decimal } from '../values/decimal.ts';
import { PlainDate, Timestamp } from '../values/time.ts';
import type { Value } from '../values/value.ts';
import { type Check, describe } from './check.ts';
import type { Report } from './report.ts';
import { canonicalEmail, canonicalUuid, textFlaw } from './text.ts';

/** text and password: any text that a database can hold, kept exactly as sent. */
export const checkText: Check = (value, _textual, report) => {
  if (typeof value !== 'string') return report.refuse('wrong_type', `must be a text, not ${describe(value)}`);
  const flaw = textFlaw(value);
  return flaw === null ? value : report.refuse('bad_text', flaw);
};

/** email: trimmed and lower-cased. */
export const checkEmail: Check = (value, _textual, report) => {
  const email = typeof value === 'string' ? canonicalEmail(value) : null;
  return email ?? report.refuse('wrong_type', 'must be an email address, such as ada@example.com');
};

/** uuid: in its canonical spelling, lower case. */
export const checkUuid: Check = (value, _textual, report) => {
  const uuid = typeof value === 'string' ? canonicalUuid(value) : null;
  return uuid ?? report.refuse('wrong_type', 'must be a UUID, such as 018f4e2a-7c1b-7d3e-9a55-0242ac120002');
};

/** bool: true or false; as text also 1 and 0. */
export const checkBool: Check = (value, textual, report) => {
  if (typeof value === 'boolean') return value;
  if (textual && (value === 'true' || value === '1')) return true;
  if (textual && (value === 'false' || value === '0')) return false;
  return report.refuse('wrong_type', `must be true or false${textual ? '' : `, not ${describe(value)}`}`);
};

const withoutOffset = /^\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?)?$/;
const blankForPlus = /^\d{4}-\d{2}-\d{2}[Tt ][\d:.,]{5,18} \d{2}:?\d{2}$/;
const milliseconds = /^[+-]?\d{1,16}$/;

/** timestamp: ISO 8601 with an offset, or a whole number of milliseconds since 1970. */
export const checkTimestamp: Check = (value, textual, report) => {
  if (value instanceof Timestamp) return value;
  if (typeof value === 'number') return timestampOf(value, report);
  // A whole number beyond an int's range.
  if (value instanceof Decimal && value.isInteger()) return timestampOf(value.toNumber(), report);
  if (typeof value !== 'string') return report.refuse('wrong_type', `must be a time, not ${describe(value)}`);
  if (textual && milliseconds.test(value)) return timestampOf(Number(value), report);
  const timestamp = value.length <= 64 ? Timestamp.parse(value) : null;
  return timestamp ?? refuseTime(value, textual, report);
};

function timestampOf(ms: number, report: Report): Timestamp | undefined {
  // Year 1 to 9999, as Timestamp keeps them.
  if (ms < -62_135_596_800_000 || ms > 253_402_300_799_999)
    return report.refuse('number_out_of_range', 'must lie within the years 1 to 9999 (milliseconds since 1970)');
  return Timestamp.of(ms + 0);
}

function refuseTime(text: string, textual: boolean, report: Report): undefined {
  if (withoutOffset.test(text))
    return report.refuse('offset_missing', 'needs an offset: end it with Z for UTC, or with one such as +02:00');
  if (textual && blankForPlus.test(text))
    return report.refuse('offset_missing', 'has a blank where its offset begins: in a URL the + of +02:00 is written %2B');
  return report.refuse('wrong_type', 'must be an ISO 8601 time with an offset, such as 2026-01-31T12:00:00Z');
}

/** date: a day that exists, without time and zone. */
export const checkDate: Check = (value, _textual, report) => {
  if (value instanceof PlainDate) return value;
  const date = typeof value === 'string' && value.length === 10 ? PlainDate.parse(value) : null;
  return date ?? report.refuse('wrong_type', 'must be a date, such as 2026-01-31');
};

/** enum: exactly one of the listed texts. */
export function enumCheck(values: readonly string[]): Check {
  const allowed = new Set(values);
  const listed = values.length <= 20 ? values.join(', ') : `${values.slice(0, 20).join(', ')}, …`;
  return (value, _textual, report) => {
    if (typeof value !== 'string') return report.refuse('wrong_type', `must be one of ${listed}, not ${describe(value)}`);
    return allowed.has(value) ? value : report.refuse('not_allowed', `must be one of ${listed}`);
  };
}

/** A file of a form, as stacks see it. */
export interface UploadedFile {
  readonly [key: string]: Value;
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly bytes: Uint8Array;
}

/** file: what a form's file field holds. */
export const checkFile: Check = (value, _textual, report) => {
  if (isFile(value)) {
    const flaw = textFlaw(value.name);
    return flaw === null ? value : report.refuse('bad_text', `has a name that ${flaw}`);
  }
  return report.refuse('wrong_type', 'must be a file, sent in a multipart/form-data body');
};

/** Whether a value is an uploaded file. */
export function isFile(value: Value): value is UploadedFile {
  return (
    typeof value === 'object' &&
    value !== null &&
    'bytes' in value &&
    value.bytes instanceof Uint8Array &&
    'name' in value &&
    typeof value.name === 'string'
  );
}
