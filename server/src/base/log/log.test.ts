import { describe, expect, test } from 'vitest';
import { createLog, type LogOptions } from './log.ts';

function written(act: (log: ReturnType<typeof createLog>) => void, options: LogOptions = {}): string[] {
  const lines: string[] = [];
  act(createLog({ write: (line) => lines.push(line), plain: false, now: () => 0, ...options }));
  return lines;
}

describe('JSON lines', () => {
  test('one line an entry', () => {
    const lines = written((log) => log.info('started\nup', { url: 'http://127.0.0.1', durationMs: 5 }));
    expect(lines).toEqual([
      '{"time":"1970-01-01T00:00:00.000Z","level":"info","message":"started\\nup","url":"http://127.0.0.1","durationMs":5}',
    ]);
  });
  test('fields can not pose as the entry’s own', () => {
    expect(JSON.parse(written((log) => log.warn('a', { level: 'x', message: 'y' }))[0] ?? '')).toMatchObject({
      level: 'warn',
      message: 'a',
      field_level: 'x',
    });
  });
  test('anything can be logged', () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const lines = written((log) => log.error('x', { big: 1n, none: undefined, error: new Error('boom'), circle }));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(written((log) => log.error('x', { error: new Error('boom') }))[0] ?? '').error).toMatchObject({
      name: 'Error',
      message: 'boom',
    });
  });
});

test('secrets are masked wherever they stand', () => {
  const fields = {
    password: 's3cret',
    userPassword: 's3cret',
    headers: { authorization: 's3cret', cookie: 's3cret' },
    adminKey: 's3cret',
    api_key: 's3cret',
    url: 'postgres://ashlar:s3cret@127.0.0.1/x',
    error: new Error('no connection to postgres://ashlar:s3cret@127.0.0.1/x'),
  };
  for (const plain of [false, true]) {
    const [line = ''] = written((log) => log.info('at redis://:s3cret@127.0.0.1:6379', fields), { plain });
    expect(line).not.toContain('s3cret');
    expect(line).toContain('127.0.0.1/x');
  }
});

test('levels below the threshold are dropped', () => {
  const all = (log: ReturnType<typeof createLog>): void => {
    for (const level of ['debug', 'info', 'warn', 'error'] as const) log[level](level);
  };
  expect(written(all)).toHaveLength(3);
  expect(written(all, { level: 'debug' })).toHaveLength(4);
  expect(written(all, { level: 'error' })).toHaveLength(1);
});

test('plain lines carry no control characters to a terminal', () => {
  const [line] = written((log) => log.warn('a\u001b[31mb\nc', { note: 'x\u0007' }), { plain: true });
  expect(line).toBe('00:00:00 warn a [31mb c note="x\\u0007"');
});
