/** Offsets of time zones, from the runtime's own zone data. */
import { defineError, errorOf } from '../errors.ts';

const unknownTimezone = defineError<{ zone: string }>({
  code: 'unknown_timezone',
  status: 400,
  title: 'A time zone is not known',
  solve: 'Use a name of the IANA list, such as "Europe/Berlin" or "UTC", or an offset such as "+02:00".',
  message: (d) => `${JSON.stringify(d.zone)} is no known time zone.`,
});

const maxCached = 64;
const formatters = new Map<string, { readonly offset: Intl.DateTimeFormat; readonly name: Intl.DateTimeFormat }>();

function formattersOf(zone: string) {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  try {
    const made = {
      offset: new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' }),
      name: new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'short' }),
    };
    // Making one takes a fiftieth of a millisecond and much memory; spellings of zones are endless.
    if (formatters.size >= maxCached) formatters.clear();
    formatters.set(zone, made);
    return made;
  } catch {
    throw errorOf(unknownTimezone, { zone: zone.slice(0, 100) });
  }
}

/** Whether there is such a zone. */
export function isZone(zone: string): boolean {
  try {
    formattersOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** Seconds that the zone is ahead of UTC at a time (milliseconds since 1970). Throws `unknown_timezone`. */
export function offsetSeconds(zone: string, ms: number): number {
  if (zone === 'UTC') return 0;
  const match = /GMT([+-])(\d{2}):(\d{2})(?::(\d{2}))?$/.exec(formattersOf(zone).offset.format(ms));
  if (match === null) return 0;
  const [, sign, hours, minutes, seconds = '0'] = match;
  return (sign === '-' ? -1 : 1) * ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds));
}

/** The zone's short name at a time, as English readers know it (`EST`), else its offset (`GMT+1`). Throws `unknown_timezone`. */
export function zoneAbbreviation(zone: string, ms: number): string {
  const parts = formattersOf(zone).name.formatToParts(ms);
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? zone;
}

/** Whether summer time is in force: the zone is further ahead than at one of the two solstices of that year. */
export function isSummerTime(zone: string, ms: number): boolean {
  const year = new Date(ms).getUTCFullYear();
  const halves = [0, 6].map((month) => offsetSeconds(zone, new Date(ms).setUTCFullYear(year, month, 1)));
  return offsetSeconds(zone, ms) > Math.min(...halves);
}
