/** No sink gets the caller's credentials, under whatever name or inside whatever text a stack hands them on. */
import { Decimal, type Value } from '@ashlar/engine';
import { expect, test } from 'vitest';
import { noDatabase, testEnvironment, testRun } from '../../../tests/harness/run.ts';
import { masked } from './mask.ts';

const request = {
  headers: {
    authorization: 'Bearer abc.def.ghi',
    cookie: 'theme=dark; session=0123456789abcdef',
    accept: 'text/html',
  },
};
// Masking asks for no effect.
const { run } = testRun({} as Parameters<typeof testRun>[0], testEnvironment(noDatabase), { request });

test.for<[string, Value, unknown]>([
  ['headers by name', request.headers, { authorization: '***', cookie: '***', accept: 'text/html' }],
  [
    'in any case, however deep',
    [{ a: { 'Set-Cookie': 'x=1', Authorization: 'Basic eA==' } }],
    [{ a: { 'Set-Cookie': '***', Authorization: '***' } }],
  ],
  [
    'members that speak of secrets, whatever they hold',
    {
      password: 'x',
      user: { apiKey: 1, api_key: { a: 1 }, client_secret: 'x', refresh_token: ['x'], Token: 't', old_pass: 'x' },
    },
    {
      password: '***',
      user: { apiKey: '***', api_key: '***', client_secret: '***', refresh_token: '***', Token: '***', old_pass: '***' },
    },
  ],
  [
    'and not what only sounds alike',
    { compass: 'N', token_count: 3, key: 'k', passed: true, password: null },
    { compass: 'N', token_count: 3, key: 'k', passed: true, password: null },
  ],
  ['the whole value under another name', { mine: 'Bearer abc.def.ghi' }, { mine: '***' }],
  ['the token alone, inside a text', 'token was abc.def.ghi!', 'token was ***!'],
  ['one cookie', { s: '0123456789abcdef' }, { s: '***' }],
  ['as a name', { 'abc.def.ghi': 1 }, { '***': 1 }],
  [
    'nothing else',
    { theme: 'dark', n: Decimal.of(15n, 1), none: null, authorization: null },
    { theme: 'dark', n: 1.5, none: null, authorization: null },
  ],
])('%s', ([, value, expected]) => {
  expect(JSON.parse(JSON.stringify(masked(run, value)))).toEqual(expected);
});
