import { expect, test } from 'vitest';
import { PreparedStatements } from './statements.ts';
import { MessageWriter } from './writer.ts';

const statement = (n: number) => ({ name: `s${n}`, text: `select ${n}` });

/** First bytes of what was written. */
function types(writer: MessageWriter): string {
  const bytes = writer.gathered();
  let found = '';
  for (let at = 0; at < bytes.length; at += 1 + bytes.readInt32BE(at + 1)) found += String.fromCharCode(bytes[at] ?? 0);
  writer.reuse();
  return found;
}

test('a statement is prepared once', () => {
  const [statements, writer] = [new PreparedStatements(), new MessageWriter()];
  expect(statements.find(statement(1))).toBeUndefined();
  const prepared = statements.prepare(statement(1), writer);
  expect(statements.find(statement(1))).toBe(prepared);
  expect(types(writer)).toBe('P');
});

test('what is forgotten is prepared under a name that was never used', () => {
  const [statements, writer] = [new PreparedStatements(), new MessageWriter()];
  const first = statements.prepare(statement(1), writer);
  statements.forget(first);
  const second = statements.prepare(statement(1), writer);
  expect(second.name).not.toBe(first.name);
  // The answer to the first may still come: it is not the second that goes.
  statements.forget(first);
  expect(statements.find(statement(1))).toBe(second);
});

test('the 257th makes the one go that was used least recently', () => {
  const [statements, writer] = [new PreparedStatements(), new MessageWriter()];
  for (let n = 0; n < 256; n += 1) statements.prepare(statement(n), writer);
  statements.find(statement(0));
  expect(types(writer)).toBe('P'.repeat(256));
  statements.prepare(statement(256), writer);
  expect(types(writer)).toBe('CP');
  expect(statements.find(statement(0))).toBeDefined();
  expect(statements.find(statement(1))).toBeUndefined();
});
