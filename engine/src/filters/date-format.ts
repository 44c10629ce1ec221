/** PHP's date letters, which users of such platforms know: `Y-m-d H:i:s`. */
import { dayMs } from '../values/time.ts';
import { isSummerTime, offsetSeconds, zoneAbbreviation } from './zones.ts';

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** A point in time as clocks in a zone show it. */
interface ZonedTime {
  readonly ms: number;
  readonly zone: string;
  readonly offset: number;
  /** Its UTC fields are the zone's local ones. */
  readonly local: Date;
}

const two = (n: number): string => String(n).padStart(2, '0');
const four = (n: number): string => String(n).padStart(4, '0');
const hour12 = (local: Date): number => local.getUTCHours() % 12 || 12;
const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/** `+01:00`, with the given separator. */
function offsetText(seconds: number, separator: string): string {
  const minutes = Math.abs(Math.trunc(seconds / 60));
  return `${seconds < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${separator}${two(minutes % 60)}`;
}

function dayOfYear(local: Date): number {
  const start = new Date(local).setUTCMonth(0, 1);
  return Math.round((local.getTime() - start) / dayMs);
}

/** Year and week of ISO 8601: a week belongs to the year of its Thursday. */
function isoWeek(local: Date): { year: number; week: number } {
  const thursday = new Date(local.getTime() + (3 - ((local.getUTCDay() + 6) % 7)) * dayMs);
  return { year: thursday.getUTCFullYear(), week: Math.floor(dayOfYear(thursday) / 7) + 1 };
}

function ordinal(day: number): string {
  if (day >= 11 && day <= 13) return 'th';
  return ['th', 'st', 'nd', 'rd'][day % 10] ?? 'th';
}

function daysInMonth(local: Date): number {
  const month = local.getUTCMonth();
  if (month === 1) return isLeap(local.getUTCFullYear()) ? 29 : 28;
  return month === 3 || month === 5 || month === 8 || month === 10 ? 30 : 31;
}

const letters: Readonly<Record<string, (time: ZonedTime) => string>> = {
  d: ({ local }) => two(local.getUTCDate()),
  j: ({ local }) => String(local.getUTCDate()),
  D: ({ local }) => (days[local.getUTCDay()] ?? '').slice(0, 3),
  l: ({ local }) => days[local.getUTCDay()] ?? '',
  N: ({ local }) => String(local.getUTCDay() || 7),
  w: ({ local }) => String(local.getUTCDay()),
  S: ({ local }) => ordinal(local.getUTCDate()),
  z: ({ local }) => String(dayOfYear(local)),
  W: ({ local }) => two(isoWeek(local).week),
  o: ({ local }) => String(isoWeek(local).year),
  m: ({ local }) => two(local.getUTCMonth() + 1),
  n: ({ local }) => String(local.getUTCMonth() + 1),
  M: ({ local }) => (months[local.getUTCMonth()] ?? '').slice(0, 3),
  F: ({ local }) => months[local.getUTCMonth()] ?? '',
  t: ({ local }) => String(daysInMonth(local)),
  L: ({ local }) => (isLeap(local.getUTCFullYear()) ? '1' : '0'),
  Y: ({ local }) => four(local.getUTCFullYear()),
  y: ({ local }) => two(local.getUTCFullYear() % 100),
  a: ({ local }) => (local.getUTCHours() < 12 ? 'am' : 'pm'),
  A: ({ local }) => (local.getUTCHours() < 12 ? 'AM' : 'PM'),
  g: ({ local }) => String(hour12(local)),
  h: ({ local }) => two(hour12(local)),
  G: ({ local }) => String(local.getUTCHours()),
  H: ({ local }) => two(local.getUTCHours()),
  i: ({ local }) => two(local.getUTCMinutes()),
  s: ({ local }) => two(local.getUTCSeconds()),
  v: ({ local }) => String(local.getUTCMilliseconds()).padStart(3, '0'),
  u: ({ local }) => `${String(local.getUTCMilliseconds()).padStart(3, '0')}000`,
  e: ({ zone }) => zone,
  T: ({ zone, ms }) => zoneAbbreviation(zone, ms),
  P: ({ offset }) => offsetText(offset, ':'),
  p: ({ offset }) => (offset === 0 ? 'Z' : offsetText(offset, ':')),
  O: ({ offset }) => offsetText(offset, ''),
  Z: ({ offset }) => String(offset),
  I: ({ zone, ms }) => (isSummerTime(zone, ms) ? '1' : '0'),
  U: ({ ms }) => String(Math.floor(ms / 1000)),
  c: (time) => write(time, 'Y-m-d\\TH:i:sP'),
  r: (time) => write(time, 'D, d M Y H:i:s O'),
};

function write(time: ZonedTime, format: string): string {
  let text = '';
  for (let i = 0; i < format.length; i++) {
    const character = format[i] ?? '';
    if (character === '\\') text += format[++i] ?? '';
    else text += Object.hasOwn(letters, character) ? (letters[character]?.(time) ?? '') : character;
  }
  return text;
}

/** The longest text that one letter gives (`r`, `e`), for refusing formats that would give too much. */
export const longestLetter = 40;

/** Writes a time (milliseconds since 1970) as clocks in the zone show it. Throws `unknown_timezone`. */
export function formatTime(ms: number, format: string, zone: string): string {
  const offset = offsetSeconds(zone, ms);
  return write({ ms, zone, offset, local: new Date(ms + offset * 1000) }, format);
}
