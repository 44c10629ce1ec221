import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MessageWriter } from './writer.ts';

/** The parameters as they stand in a Bind message. */
function paramsOf(bind: Buffer): (string | null)[] {
  let at = 5;
  at = bind.indexOf(0, at) + 1;
  at = bind.indexOf(0, at) + 1;
  expect(bind.readUInt16BE(at), 'all parameters are text').toBe(0);
  const count = bind.readUInt16BE(at + 2);
  at += 4;
  const params: (string | null)[] = [];
  for (let i = 0; i < count; i += 1) {
    const length = bind.readInt32BE(at);
    at += 4;
    params.push(length < 0 ? null : bind.toString('utf8', at, at + length));
    at += Math.max(0, length);
  }
  expect(bind.readUInt16BE(at), 'all results are text').toBe(0);
  expect(at + 2).toBe(bind.length);
  return params;
}

const split = (bytes: Buffer): Buffer[] => {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 1 + bytes.readInt32BE(at + 1))
    parts.push(bytes.subarray(at, at + 1 + bytes.readInt32BE(at + 1)));
  return parts;
};

test('messages are those of the protocol, byte for byte', () => {
  const writer = new MessageWriter();
  writer.parse('a1', 'select $1');
  writer.bindAndExecute('a1', ['x', null, 'é']);
  writer.close('a0');
  writer.sync();
  expect(writer.gathered().toString('latin1')).toBe(
    [
      'P\0\0\0\x13a1\0select $1\0\0\0',
      'B\0\0\0\x1d\0a1\0\0\0\0\x03\0\0\0\x01x\xff\xff\xff\xff\0\0\0\x02\xc3\xa9\0\0',
      'E\0\0\0\x09\0\0\0\0\0',
      'C\0\0\0\x08Sa0\0',
      'S\0\0\0\x04',
    ].join(''),
  );
});

test('any parameters arrive as they are, whatever was written before them', () => {
  const param = fc.option(
    fc.oneof(
      fc.string(),
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      fc.tuple(fc.constantFrom('x', 'é', '€', '😀'), fc.constantFrom(63, 64, 65, 9_000)).map(([one, n]) => one.repeat(n)),
    ),
  );
  fc.assert(
    fc.property(fc.array(fc.array(param, { maxLength: 6 }), { maxLength: 6 }), (executions) => {
      const writer = new MessageWriter();
      for (const params of executions) writer.bindAndExecute('s', params);
      const parts = split(writer.gathered());
      expect(parts.filter((_, i) => i % 2 === 0).map(paramsOf)).toEqual(executions);
    }),
  );
});

test('bytes that are still leaving are not written over; those that have left make room', () => {
  const writer = new MessageWriter();
  writer.bindAndExecute('s', ['first']);
  const leaving = writer.gathered();
  const before = leaving.toString('latin1');
  writer.renew();
  writer.bindAndExecute('s', ['later']);
  expect(leaving.toString('latin1')).toBe(before);
  const gone = writer.gathered();
  writer.reuse();
  expect(writer.gathered()).toHaveLength(0);
  writer.sync();
  expect(writer.gathered().buffer).toBe(gone.buffer);
});

test('a buffer that held something large is given up', () => {
  const writer = new MessageWriter();
  writer.bindAndExecute('s', ['x'.repeat(1_000_000)]);
  writer.reuse();
  writer.sync();
  expect(writer.gathered().buffer.byteLength).toBeLessThan(100_000);
});
