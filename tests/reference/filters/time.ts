/** PHP's date letters, from the local fields that Intl gives for a zone. */
import { characters } from '../text.ts';
import { RefError } from '../value.ts';

interface Local {
  readonly ms: number;
  readonly zone: string;
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly milli: number;
  /** Seconds ahead of UTC. */
  readonly offset: number;
}

function localOf(ms: number, zone: string): Local {
  let parts: Intl.DateTimeFormatPart[];
  try {
    parts = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    }).formatToParts(ms);
  } catch {
    throw new RefError('unknown_timezone');
  }
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  const milli = ((ms % 1000) + 1000) % 1000;
  const [year, month, day, hour, minute, second] = [of('year'), of('month'), of('day'), of('hour'), of('minute'), of('second')];
  const asUtc = Date.UTC(year, month - 1, day, hour, minute, second, milli);
  return { ms, zone, year, month, day, hour, minute, second, milli, offset: (asUtc - ms) / 1000 };
}

const dayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const monthNames = 'January February March April May June July August September October November December'.split(' ');
const pad = (n: number, width: number): string => `${n}`.padStart(width, '0');
const daysBefore = (year: number, month: number, day: number): number => Date.UTC(year, month - 1, day) / 86_400_000;
const weekday = (t: Local): number => (((daysBefore(t.year, t.month, t.day) + 4) % 7) + 7) % 7;
const dayOfYear = (t: Local): number => daysBefore(t.year, t.month, t.day) - daysBefore(t.year, 1, 1);

/** Week and year of ISO 8601, by counting from the Monday of the week that holds 4 January. */
function isoWeek(t: Local): { readonly week: number; readonly year: number } {
  const today = daysBefore(t.year, t.month, t.day);
  const firstMonday = (year: number): number => {
    const fourth = daysBefore(year, 1, 4);
    return fourth - ((((fourth + 3) % 7) + 7) % 7);
  };
  const year = today >= firstMonday(t.year + 1) ? t.year + 1 : today < firstMonday(t.year) ? t.year - 1 : t.year;
  return { year, week: Math.floor((today - firstMonday(year)) / 7) + 1 };
}

function offsetText(seconds: number, separator: string): string {
  const minutes = Math.trunc(Math.abs(seconds) / 60);
  return `${seconds < 0 ? '-' : '+'}${pad(Math.trunc(minutes / 60), 2)}${separator}${pad(minutes % 60, 2)}`;
}

function suffix(day: number): string {
  if ([11, 12, 13].includes(day)) return 'th';
  return day % 10 === 1 ? 'st' : day % 10 === 2 ? 'nd' : day % 10 === 3 ? 'rd' : 'th';
}

/** Ahead of the zone's lesser offset of the year's two solstice months. */
function summer(t: Local): boolean {
  const utcYear = new Date(t.ms).getUTCFullYear();
  const offsets = [0, 6].map((month) => localOf(new Date(t.ms).setUTCFullYear(utcYear, month, 1), t.zone).offset);
  return t.offset > Math.min(...offsets);
}

function letter(l: string, t: Local): string {
  switch (l) {
    case 'd':
      return pad(t.day, 2);
    case 'j':
      return `${t.day}`;
    case 'D':
      return (dayNames[weekday(t)] ?? '').slice(0, 3);
    case 'l':
      return dayNames[weekday(t)] ?? '';
    case 'N':
      return `${weekday(t) === 0 ? 7 : weekday(t)}`;
    case 'w':
      return `${weekday(t)}`;
    case 'S':
      return suffix(t.day);
    case 'z':
      return `${dayOfYear(t)}`;
    case 'W':
      return pad(isoWeek(t).week, 2);
    case 'o':
      return `${isoWeek(t).year}`;
    case 'm':
      return pad(t.month, 2);
    case 'n':
      return `${t.month}`;
    case 'M':
      return (monthNames[t.month - 1] ?? '').slice(0, 3);
    case 'F':
      return monthNames[t.month - 1] ?? '';
    case 't':
      return `${daysBefore(t.year, t.month + 1, 1) - daysBefore(t.year, t.month, 1)}`;
    case 'L':
      return daysBefore(t.year + 1, 1, 1) - daysBefore(t.year, 1, 1) === 366 ? '1' : '0';
    case 'Y':
      return pad(t.year, 4);
    case 'y':
      return pad(t.year, 4).slice(-2);
    case 'a':
      return t.hour < 12 ? 'am' : 'pm';
    case 'A':
      return t.hour < 12 ? 'AM' : 'PM';
    case 'g':
      return `${((t.hour + 11) % 12) + 1}`;
    case 'h':
      return pad(((t.hour + 11) % 12) + 1, 2);
    case 'G':
      return `${t.hour}`;
    case 'H':
      return pad(t.hour, 2);
    case 'i':
      return pad(t.minute, 2);
    case 's':
      return pad(t.second, 2);
    case 'v':
      return pad(t.milli, 3);
    case 'u':
      return `${pad(t.milli, 3)}000`;
    case 'e':
      return t.zone;
    case 'T':
      return abbreviation(t);
    case 'P':
      return offsetText(t.offset, ':');
    case 'p':
      return t.offset === 0 ? 'Z' : offsetText(t.offset, ':');
    case 'O':
      return offsetText(t.offset, '');
    case 'Z':
      return `${t.offset}`;
    case 'I':
      return summer(t) ? '1' : '0';
    case 'U':
      return `${(t.ms - t.milli) / 1000}`;
    case 'c':
      return `${pad(t.year, 4)}-${pad(t.month, 2)}-${pad(t.day, 2)}T${pad(t.hour, 2)}:${pad(t.minute, 2)}:${pad(t.second, 2)}${offsetText(t.offset, ':')}`;
    case 'r':
      return `${letter('D', t)}, ${pad(t.day, 2)} ${letter('M', t)} ${pad(t.year, 4)} ${pad(t.hour, 2)}:${pad(t.minute, 2)}:${pad(t.second, 2)} ${offsetText(t.offset, '')}`;
    default:
      return l;
  }
}

function abbreviation(t: Local): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: t.zone, timeZoneName: 'short' }).formatToParts(t.ms);
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? '';
}

/** A time as the zone's clocks show it; a backslash takes the next character literally. */
export function format(ms: number, letters: string, zone: string): string {
  const local = localOf(ms, zone);
  const all = characters(letters);
  let written = '';
  for (let i = 0; i < all.length; i++) written += all[i] === '\\' ? (all[++i] ?? '') : letter(all[i] ?? '', local);
  return written;
}
