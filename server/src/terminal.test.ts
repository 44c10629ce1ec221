import { describe, expect, it } from 'vitest';
import { keyLines, problemLines, progressLine } from './terminal.ts';

describe('the terminal', () => {
  it('shows a problem with its place and hint', () => {
    const place = { file: 'apis/x.get.jsonc', pointer: '/stack/0', line: 3, column: 14, endLine: 3, endColumn: 20 };
    expect(
      problemLines([{ ...place, code: 'unknown_column', severity: 'error', message: 'No.', hint: 'Did you mean id?' }]),
    ).toBe('  apis/x.get.jsonc:3:14  error unknown_column\n      No.\n      Did you mean id?');
  });
  it.each([
    [
      { phase: 'seeds', file: 'seeds/a.jsonl', table: 'a', rows: 6, bytes: 60, totalBytes: 100 },
      'seeds/a.jsonl  [############--------] 60 %  a, 6 rows',
    ],
    [
      { phase: 'seeds', file: 'seeds/a.csv', table: 'a', rows: 0, bytes: 0, totalBytes: 0 },
      'seeds/a.csv  [--------------------] 0 %  a, 0 rows',
    ],
    [{ phase: 'schema', description: 'index i', done: 1, total: 2, share: null }, 'index i (1 of 2 done)'],
  ])('shows the progress %j', (progress, line) => {
    expect(progressLine(progress)).toBe(line);
  });
  it('shows the key only at the start that made it', () => {
    expect(keyLines({ generated: 'K', file: '/f', given: false })).toContain('K');
    expect(keyLines({ generated: null, file: '/f', given: false })).toContain('/f');
    expect(keyLines({ generated: null, file: null, given: true })).toContain('ASHLAR_ADMIN_KEY');
  });
});
