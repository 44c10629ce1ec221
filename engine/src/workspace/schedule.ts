/** Schedules of tasks: cron expressions of five fields. */

interface CronField {
  readonly title: string;
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const fields: readonly CronField[] = [
  { title: 'minute', min: 0, max: 59, names: [] },
  { title: 'hour', min: 0, max: 23, names: [] },
  { title: 'day of the month', min: 1, max: 31, names: [] },
  { title: 'month', min: 1, max: 12, names: months },
  // 7 is Sunday too.
  { title: 'day of the week', min: 0, max: 7, names: weekdays },
];

const macros: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);

/** What is wrong with a schedule; null when nothing is. */
export function scheduleFlaw(schedule: string): { readonly reason: string; readonly hint?: string } | null {
  const macro = macros.get(schedule.trim().toLowerCase());
  if (macro !== undefined) return { reason: 'short names are not known', hint: `Write "${macro}".` };
  if (schedule.length > 200) return { reason: 'it is longer than 200 characters' };
  const parts = schedule.trim().split(/\s+/);
  if (parts.length === 6) return { reason: 'it has six fields', hint: 'There are no seconds: leave the first field out.' };
  if (parts.length !== fields.length || schedule.trim() === '')
    return { reason: `it has ${schedule.trim() === '' ? 0 : parts.length} fields instead of five` };
  const sets: ReadonlySet<number>[] = [];
  for (const [index, field] of fields.entries()) {
    const set = valuesOf(parts[index] ?? '', field);
    if (typeof set === 'string') return { reason: set };
    sets.push(set);
  }
  const [, , days, months] = sets;
  if (parts[4] === '*' && days !== undefined && months !== undefined && !everComes(days, months))
    return { reason: 'there is no such day in these months' };
  return null;
}

/** The values that a field names, or what is wrong with it. */
function valuesOf(text: string, field: CronField): ReadonlySet<number> | string {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const [range = '', step, ...rest] = part.split('/');
    const every = step === undefined ? 1 : Number(step);
    if (rest.length > 0 || (step !== undefined && !/^\d{1,3}$/.test(step)) || every < 1)
      return `"${part}" is no step of the ${field.title}`;
    const bounds = boundsOf(range, step !== undefined, field);
    if (bounds === null) return `"${part}" is no ${field.title} (${field.min} to ${field.max})`;
    for (let value = bounds.from; value <= bounds.to; value += every) values.add(value);
  }
  return values;
}

function boundsOf(range: string, stepped: boolean, field: CronField): { readonly from: number; readonly to: number } | null {
  if (range === '*') return { from: field.min, to: field.max };
  const ends = range.split('-');
  const from = numberOf(ends[0] ?? '', field);
  const to = ends.length === 1 ? (stepped ? field.max : from) : numberOf(ends[1] ?? '', field);
  return ends.length > 2 || from === null || to === null || from > to ? null : { from, to };
}

function numberOf(text: string, field: CronField): number | null {
  const named = field.names.indexOf(text.toUpperCase());
  if (named !== -1) return named + (field.title === 'month' ? 1 : 0);
  const value = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return value >= field.min && value <= field.max ? value : null;
}

const longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function everComes(days: ReadonlySet<number>, months: ReadonlySet<number>): boolean {
  const first = Math.min(...days);
  return [...months].some((month) => first <= (longest[month - 1] ?? 0));
}
