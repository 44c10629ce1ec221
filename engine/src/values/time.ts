/** Points in time and calendar days. Both within the years 1 to 9999, so that their texts have one length and sort right. */
import { errorOf, numberOutOfRange } from '../errors.ts';

const firstMs = Date.parse('0001-01-01T00:00:00.000Z');
const lastMs = Date.parse('9999-12-31T23:59:59.999Z');
/** Of a day in UTC, which has no leap seconds here. */
export const dayMs = 86_400_000;

const timestampPattern =
  /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:[Zz]|([+-])(\d{2})(?::?(\d{2}))?)$/;
const datePattern = /^\d{4}-\d{2}-\d{2}$/;

/** Midnight (UTC) of a day that exists; null otherwise. */
function midnight(text: string): number | null {
  if (!datePattern.test(text)) return null;
  const ms = Date.parse(`${text}T00:00:00.000Z`);
  // The round trip refuses 30 February, which some engines roll over.
  return Number.isNaN(ms) || ms < firstMs || new Date(ms).toISOString().slice(0, 10) !== text ? null : ms;
}

/** A point in time, in whole milliseconds, as PostgreSQL's timestamptz(3). Immutable. */
export class Timestamp {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly $ms: number;

  private constructor(ms: number) {
    this.$ms = ms;
  }

  /** From milliseconds since 1970. Throws `number_out_of_range` outside the years 1 to 9999. */
  static of(ms: number): Timestamp {
    if (!Number.isInteger(ms) || ms < firstMs || ms > lastMs) throw errorOf(numberOutOfRange, { what: 'A timestamp' });
    return new Timestamp(ms + 0);
  }

  /** ISO 8601 with an offset (`2026-11-24T22:17:00.5+01:00`); digits beyond milliseconds are rounded. null for anything else. */
  static parse(text: string): Timestamp | null {
    const match = timestampPattern.exec(text);
    if (match === null) return null;
    const [, day = '', hour = '', minute = '', second = '0', fraction = '0', sign = '+', offsetHour = '0', offsetMinute = '0'] =
      match;
    const start = midnight(day);
    if (start === null || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
    if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return null;
    const offset = (Number(offsetHour) * 60 + Number(offsetMinute)) * (sign === '-' ? -1 : 1);
    const seconds = (Number(hour) * 60 + Number(minute) - offset) * 60 + Number(second);
    const ms = start + seconds * 1000 + Math.round(Number(`0.${fraction}`) * 1000);
    return ms < firstMs || ms > lastMs ? null : new Timestamp(ms);
  }

  /** `2026-11-24T21:17:00.500Z`: UTC, always three digits. */
  toText(): string {
    return new Date(this.$ms).toISOString();
  }

  toJSON(): string {
    return this.toText();
  }
}

/** A day of the calendar, without a zone. Immutable. */
export class PlainDate {
  /** `YYYY-MM-DD`. */
  readonly $text: string;

  private constructor(text: string) {
    this.$text = text;
  }

  /** Reads `YYYY-MM-DD`; null when there is no such day. */
  static parse(text: string): PlainDate | null {
    return midnight(text) === null ? null : new PlainDate(text);
  }

  /** Days since 1970-01-01. */
  dayNumber(): number {
    return (midnight(this.$text) ?? 0) / dayMs;
  }

  /** `YYYY-MM-DD`. */
  toText(): string {
    return this.$text;
  }

  toJSON(): string {
    return this.$text;
  }
}
