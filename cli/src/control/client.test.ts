import { expect, test } from 'vitest';
import { defaultUrl } from './client.ts';

test.each([
  [{}, 'http://127.0.0.1:8080'],
  [{ PORT: '8090' }, 'http://127.0.0.1:8090'],
  // A free port of the server's choice has to be told with --url.
  [{ PORT: '0' }, 'http://127.0.0.1:8080'],
  [{ PORT: '8090', ASHLAR_URL: 'https://ashlar.example.com' }, 'https://ashlar.example.com'],
  [{ ASHLAR_URL: '' }, 'http://127.0.0.1:8080'],
])('with %j commands call %s', (environment, url) => {
  expect(defaultUrl(environment)).toBe(url);
});
