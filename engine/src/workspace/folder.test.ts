import { expect, it } from 'vitest';
import { isLeftOut, readLocalEnv } from './folder.ts';

it.each([
  ['{"A": "1", // mine\n "B": ""}', { A: '1', B: '' }, null],
  ['{}', {}, null],
  ['{"A": ', {}, /^env\.local\.jsonc:1:\d+ /],
  ['["s3cret"]', {}, /^env\.local\.jsonc is not an object/],
  ['{"KEY": "s3cret", "N": 5}', {}, /^env\.local\.jsonc: the value of N is not a text$/],
])('env.local.jsonc %j', (text, values, complaint) => {
  const found = readLocalEnv(text);
  expect(Object.fromEntries(found.values)).toEqual(values);
  if (complaint === null) expect(found.complaint).toBeNull();
  else expect(found.complaint).toMatch(complaint);
  expect(found.complaint ?? '').not.toContain('s3cret');
});

it.each([
  ['.git', true],
  ['.env', true],
  ['node_modules', true],
  ['tables', false],
  ['a.jsonc', false],
])('%s is left out: %s', (name, leftOut) => {
  expect(isLeftOut(name)).toBe(leftOut);
});
