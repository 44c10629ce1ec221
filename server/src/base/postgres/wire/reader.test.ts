import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { message } from '../../../../../tests/harness/wire.ts';
import { MessageReader } from './reader.ts';

interface Read {
  readonly messages: readonly string[];
  readonly refused: readonly string[];
  readonly empty: boolean;
}

function read(chunks: readonly Buffer[], stopAfter = Number.POSITIVE_INFINITY): Read {
  const messages: string[] = [];
  const refused: string[] = [];
  const reader = new MessageReader(
    (type, bytes, start, end) => {
      messages.push(`${String.fromCharCode(type)} ${bytes.toString('hex', start, end)}`);
      return messages.length < stopAfter;
    },
    (reason) => refused.push(reason),
  );
  for (const chunk of chunks) {
    // As from a socket: what was handed over may be overwritten once it was read.
    const bytes = Buffer.from(chunk);
    reader.read(bytes);
    bytes.fill(0xee);
  }
  return { messages, refused, empty: reader.empty };
}

/** The bytes cut at these places (taken modulo the length). */
function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...sorted, bytes.length].map((end, index) => bytes.subarray(sorted[index - 1] ?? 0, end));
}

const types = 'DCZ12ENS'.split('');
const anyMessages = fc.array(
  fc.tuple(fc.constantFrom(...types), fc.oneof(fc.uint8Array({ maxLength: 12 }), fc.uint8Array({ maxLength: 300 }))),
  { maxLength: 20 },
);

test('however the bytes are cut, the same messages come out', () => {
  fc.assert(
    fc.property(anyMessages, fc.array(fc.nat(), { maxLength: 40 }), (parts, places) => {
      const bytes = Buffer.concat(parts.map(([type, body]) => message(type, Buffer.from(body))));
      const expected = parts.map(([type, body]) => `${type} ${Buffer.from(body).toString('hex')}`);
      expect(read(cutAt(bytes, places))).toEqual({ messages: expected, refused: [], empty: true });
      expect(read([...bytes].map((byte) => Buffer.from([byte])))).toEqual({ messages: expected, refused: [], empty: true });
    }),
  );
});

test('a message that has not arrived whole waits for its rest', () => {
  const bytes = message('D', 'abc');
  for (let end = 1; end < bytes.length; end += 1)
    expect(read([bytes.subarray(0, end)]), `${end} bytes`).toEqual({ messages: [], refused: [], empty: false });
});

describe('a length that can be none', () => {
  it.each([
    ['shorter than itself', [0x44, 0, 0, 0, 3]],
    ['negative', [0x44, 0xff, 0xff, 0xff, 0xff]],
    ['longer than PostgreSQL allows', [0x44, 0x40, 0, 0, 0]],
  ])('%s is refused, whole or byte by byte, and what follows is not read', (_, head) => {
    const bytes = Buffer.from([...head, 1, 2, 3]);
    for (const chunks of [[bytes], [...head].map((byte) => Buffer.from([byte]))])
      expect(read(chunks)).toMatchObject({ messages: [], refused: [expect.stringMatching(/^a message of -?\d+ bytes$/)] });
  });
});

test('who says stop gets no more of the chunk', () => {
  const bytes = Buffer.concat([message('1'), message('2'), message('3')]);
  expect(read([bytes], 2).messages).toEqual(['1 ', '2 ']);
});

test('a large message is gathered in a buffer of its own length', () => {
  const body = Buffer.alloc(5_000_000, 7);
  const bytes = message('D', body);
  const chunks = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, i) => bytes.subarray(i * 65_536, (i + 1) * 65_536));
  const { messages } = read([...chunks, message('Z', 'I')]);
  expect(messages.map((one) => one.length)).toEqual([2 + 2 * body.length, 4]);
});
