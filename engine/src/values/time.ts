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

const twoDigits: readonly string[] = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'));
const threeDigits = (n: number): string => (n < 10 ? `00${n}` : n < 100 ? `0${n}` : String(n));

/** Days of 400 years, after which the calendar repeats, of a hundred, of four without their leap day; from 1 March of the year 0 to 1970. */
const days = { era: 146_097, century: 36_524, fourYears: 1_460, toEpoch: 719_468 };

/**
 * `YYYY-MM-DD` of a number of days since 1970. Years are counted from March, so that the leap day is their last; months of 31, 30,
 * 31, 30, 31 days repeat from there, 153 days in five. (Date.prototype.toISOString takes fifteen times as long.)
 */
function dayText(sinceEpoch: number): string {
  const day = sinceEpoch + days.toEpoch;
  const era = Math.floor(day / days.era);
  const inEra = day - era * days.era;
  const leapDays = Math.floor(inEra / days.fourYears) - Math.floor(inEra / days.century) + Math.floor(inEra / (days.era - 1));
  const yearInEra = Math.floor((inEra - leapDays) / 365);
  const inYear = inEra - (yearInEra * 365 + Math.floor(yearInEra / 4) - Math.floor(yearInEra / 100));
  const sinceMarch = Math.floor((inYear * 5 + 2) / 153);
  const inMonth = inYear - Math.floor((sinceMarch * 153 + 2) / 5);
  const isNextYear = sinceMarch >= 10;
  const year = yearInEra + era * 400 + (isNextYear ? 1 : 0);
  const month = isNextYear ? sinceMarch - 9 : sinceMarch + 3;
  return `${year >= 1_000 ? year : String(year).padStart(4, '0')}-${twoDigits[month]}-${twoDigits[inMonth + 1]}`;
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
    const day = Math.floor(this.$ms / dayMs);
    const ms = this.$ms - day * dayMs;
    const minutes = Math.floor(ms / 60_000);
    const inMinute = ms - minutes * 60_000;
    const seconds = Math.floor(inMinute / 1_000);
    const hours = Math.floor(minutes / 60);
    return `${dayText(day)}T${twoDigits[hours]}:${twoDigits[minutes - hours * 60]}:${twoDigits[seconds]}.${threeDigits(inMinute - seconds * 1_000)}Z`;
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
