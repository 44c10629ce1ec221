/** Filters over timestamps and dates. */
import { errorOf, numberOutOfRange } from '../errors.ts';
import { type } from '../types/type.ts';
import { Decimal } from '../values/decimal.ts';
import { toDecimal } from '../values/order.ts';
import { dayMs, PlainDate, Timestamp } from '../values/time.ts';
import { formatTime, longestLetter } from './date-format.ts';
import { defineFilter } from './define.ts';
import { allowText } from './limits.ts';
import { isZone } from './zones.ts';

const thousand = Decimal.of(1_000);

const formatTimestamp = defineFilter({
  name: 'format_timestamp',
  aliases: ['date', 'format_date', 'epochms_date'],
  family: 'time',
  description:
    "Writes a timestamp, date or number of milliseconds since 1970 with PHP's letters, in English: day `d j D l N w S z`, week `W o`, month `m n M F t`, year `Y y L`, time `a A g h G H i s v u`, zone `e T P p O Z I`, whole `c r U`. Other characters stay; a backslash takes the next one literally.",
  input: ['timestamp', 'date', 'int'],
  parameters: [
    { name: 'format', kind: 'value', types: ['text'], description: 'Letters as above, for example `Y-m-d H:i`.' },
    {
      name: 'timezone',
      kind: 'value',
      types: ['text'],
      optional: true,
      wantedInstead: (zone) =>
        typeof zone === 'string' && !isZone(zone) ? 'a known time zone, such as Europe/Berlin' : undefined,
      description: "IANA name or offset; the workspace's zone by default. A date has none and stays as it is.",
    },
  ],
  result: () => type('text'),
  run: (context, value, format, timezone = context.timezone) => {
    allowText(context, format.length * longestLetter);
    if (value instanceof PlainDate) return formatTime(value.dayNumber() * dayMs, format, 'UTC');
    return formatTime(typeof value === 'number' ? Timestamp.of(value).$ms : value.$ms, format, timezone);
  },
  examples: [
    { expression: '0|format_timestamp:"Y-m-d H:i:s":"UTC"', result: '1970-01-01 00:00:00' },
    { expression: '1719835200000|format_timestamp:"D, j M Y g:i a P":"Europe/Berlin"', result: 'Mon, 1 Jul 2024 2:00 pm +02:00' },
    { expression: '0|format_timestamp:"H \\\\h i":"UTC"', result: '00 h 00' },
  ],
});

const addSecsToTimestamp = defineFilter({
  name: 'add_secs_to_timestamp',
  aliases: ['add_seconds', 'epochms_add_secs'],
  family: 'time',
  description:
    'A timestamp so many seconds later (negative: earlier), to the millisecond. A number counts as milliseconds since 1970.',
  input: ['timestamp', 'int'],
  parameters: [
    { name: 'seconds', kind: 'value', types: ['int', 'decimal', 'float'], description: 'Seconds to add; fractions are allowed.' },
  ],
  result: () => type('timestamp'),
  run: (_context, value, seconds) => {
    const ms = Number(toDecimal(seconds).multiply(thousand).round().truncate());
    if (!Number.isSafeInteger(ms)) throw errorOf(numberOutOfRange, { what: 'The number of seconds' });
    return Timestamp.of((typeof value === 'number' ? value : value.$ms) + ms);
  },
  examples: [
    { expression: '0|add_secs_to_timestamp:60', result: '1970-01-01T00:01:00.000Z' },
    { expression: '1000|add_secs_to_timestamp:-0.5', result: '1970-01-01T00:00:00.500Z' },
  ],
});

/** The filters of this file. */
export const timeFilters = [formatTimestamp, addSecsToTimestamp];
