import { describe, expect, it } from 'vitest';
import { checkHeader } from './headers.ts';

describe('a header of an answer', () => {
  it.each([
    ['X-A', 'plain', true],
    ['x-a', '', true],
    ['Content-Type', 'text/html', true],
    ['Set-Cookie', 'session=1', true],
    ['', 'x', false],
    ['X A', 'x', false],
    ['X:A', 'x', false],
    ['X-A', 'a\nb', false],
    ['X-A', 'a\rb', false],
    ['X-A', 'a\0b', false],
    ['X-A', 'a\u{10d}b', false],
    ['X-A', 'ä', false],
    ['Content-Length', '5', false],
    ['TRANSFER-ENCODING', 'chunked', false],
    ['Connection', 'close', false],
    ['X-Content-Type-Options', 'x', false],
    ['Access-Control-Allow-Origin', '*', false],
    ['Strict-Transport-Security', 'max-age=1', false],
    ['Clear-Site-Data', '"*"', false],
    ['X-Accel-Redirect', '/etc/passwd', false],
    ['Service-Worker-Allowed', '/', false],
    ['Content-Type', 'application/JavaScript', false],
    ['Set-Cookie', '__Host-ashlar=1', false],
  ])('%s: %j may be sent: %s', (name, value, allowed) => {
    const check = (): void => checkHeader(name, value);
    if (allowed) expect(check).not.toThrow();
    else expect(check).toThrow(expect.objectContaining({ code: 'header_refused' }));
  });
});
