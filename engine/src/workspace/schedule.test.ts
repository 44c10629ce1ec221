import { expect, test } from 'vitest';
import { scheduleFlaw } from './schedule.ts';

test.each([
  '* * * * *',
  '0 3 * * *',
  '*/15 * * * MON-FRI',
  '0 0 1,15 1-6/2 sun',
  '5/10 * * * 7',
  '0 0 29 2 *',
  '0 0 31 2 1',
  '  0   3 * * * ',
])('%j is a schedule', (schedule) => {
  expect(scheduleFlaw(schedule)).toBeNull();
});

test.each([
  ['', 'it has 0 fields instead of five'],
  ['* * * *', 'it has 4 fields instead of five'],
  ['0 * * * * *', 'it has six fields'],
  ['60 * * * *', '"60" is no minute (0 to 59)'],
  ['* 24 * * *', '"24" is no hour (0 to 23)'],
  ['* * 0 * *', '"0" is no day of the month (1 to 31)'],
  ['* * * 13 *', '"13" is no month (1 to 12)'],
  ['* * * * 8', '"8" is no day of the week (0 to 7)'],
  ['* * * * FOO', '"FOO" is no day of the week (0 to 7)'],
  ['5-3 * * * *', '"5-3" is no minute (0 to 59)'],
  ['*/0 * * * *', '"*/0" is no step of the minute'],
  ['*/x * * * *', '"*/x" is no step of the minute'],
  ['1,,2 * * * *', '"" is no minute (0 to 59)'],
  ['-1 * * * *', '"-1" is no minute (0 to 59)'],
  ['0 0 30 2 *', 'there is no such day in these months'],
  ['0 0 31 4,6,9,11 *', 'there is no such day in these months'],
  ['@daily', 'short names are not known'],
  ['x'.repeat(1_000_000), 'it is longer than 200 characters'],
])('%j is none: %s', (schedule, reason) => {
  expect(scheduleFlaw(schedule)?.reason).toBe(reason);
});
