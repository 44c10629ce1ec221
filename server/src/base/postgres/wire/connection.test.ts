/** The client against a server that says only what a test says. */
import { DatabaseError } from 'pg';
import { beforeEach, describe, expect, it, test } from 'vitest';
import { FakeServer, KeptOperation, message, says } from '../../../../../tests/harness/wire.ts';
import { WireConnection } from './connection.ts';
import { ConnectionLost, type Operation, OperationStopped } from './operation.ts';

let server: FakeServer;
let wire: WireConnection;
let now = 0;
let again: { readonly operations: readonly Operation[]; readonly alone: boolean }[];
let lost: number;

beforeEach(() => {
  server = new FakeServer();
  now = 1_000;
  again = [];
  lost = 0;
  wire = new WireConnection(server.client, () => now);
  wire.owner = {
    again: (operations, alone) => void again.push({ operations, alone }),
    ready: () => {},
    lost: () => {
      lost += 1;
    },
  };
});

const reads = (count: number): KeptOperation[] =>
  Array.from({ length: count }, (_, n) => new KeptOperation({ params: [`r${n}`] }));
const writes = (count: number): KeptOperation[] =>
  Array.from({ length: count }, (_, n) => new KeptOperation({ text: 'insert', params: [`w${n}`], repeatable: false }));
const insertOf = (fresh = false): Buffer =>
  Buffer.concat([...(fresh ? [says.parseComplete()] : []), says.bindComplete(), says.complete('INSERT 0 1')]);
const done = (field: string) => [{ rows: [[field]], count: 1, tag: 'S' }];
const inserted = [{ rows: [], count: 1, tag: 'I' }];
const failed = (code: string) => [{ error: expect.objectContaining({ code }) }];
const endings = (operations: readonly KeptOperation[]) => operations.map((one) => one.endings);

describe('what is sent', () => {
  it('is one Sync for a group, and Parse only the first time', () => {
    wire.send(reads(3), false);
    expect(server.take()).toBe('PBEBEBES');
    wire.send(reads(2), false);
    expect(server.take()).toBe('BEBES');
  });

  it('of a transaction begins with what opens it, under one Sync', () => {
    wire.open(writes(2));
    expect(server.take()).toBe('');
    wire.send(writes(1), true);
    wire.send(writes(1), true);
    expect(server.take()).toBe('PBEBEBESBES');
  });
});

describe('answers', () => {
  it('of reads are told as they come, each to its own asker', async () => {
    const group = reads(3);
    wire.send(group, false);
    await server.say(says.answer('a', { fresh: true }), says.answer('b'));
    expect(endings(group)).toEqual([done('a'), done('b'), []]);
    expect(wire.pending).toBe(1);
    await server.say(says.answer('c'), says.ready());
    expect(endings(group)).toEqual([done('a'), done('b'), done('c')]);
    expect([wire.idle, wire.pending, again]).toEqual([true, 0, []]);
  });

  it('of a held group are told after ReadyForQuery, with the time that the server worked on them', async () => {
    const group = writes(2);
    wire.send(group, true);
    now += 7;
    await server.say(insertOf(true));
    now += 300;
    await server.say(insertOf());
    expect(endings(group)).toEqual([[], []]);
    now += 1;
    await server.say(says.ready());
    expect(endings(group)).toEqual([inserted, inserted]);
    expect(group.map(({ executedMs }) => executedMs)).toEqual([3.5, 300]);
  });

  it('count what the tag counts, and carry its first letter', async () => {
    const [operation] = writes(1) as [KeptOperation];
    wire.send([operation], true);
    await server.say(says.parseComplete(), says.bindComplete(), says.complete('UPDATE 1234'), says.ready());
    expect(operation.endings).toEqual([{ rows: [], count: 1234, tag: 'U' }]);
  });

  it('whose rows the asker refuses fail that operation alone', async () => {
    const group = reads(2);
    const refusal = new Error('not such a row');
    if (group[0] !== undefined) group[0].rowError = refusal;
    wire.send(group, false);
    await server.say(says.answer('a', { fresh: true }), says.answer('b'), says.ready());
    expect(endings(group)).toEqual([[{ error: refusal }], done('b')]);
  });
});

describe('an error', () => {
  it('in a group of reads is that of one; what was skipped goes again, together', async () => {
    const group = reads(4);
    wire.send(group, false);
    await server.say(says.answer('a', { fresh: true }), says.bindComplete(), says.error('22012'), says.ready());
    expect(endings(group)).toEqual([done('a'), failed('22012'), [], []]);
    expect(again).toEqual([{ operations: group.slice(2), alone: false }]);
    expect(group.slice(2).map(({ attempts }) => attempts)).toEqual([0, 0]);
    expect(wire.isLost).toBe(false);
  });

  it('in a group of writes undid all of it: each goes again alone', async () => {
    const group = writes(3);
    wire.send(group, true);
    await server.say(insertOf(true), says.bindComplete(), says.error('23505'), says.ready());
    expect(endings(group)).toEqual([[], [], []]);
    expect(again).toEqual([{ operations: group, alone: true }]);
  });

  it.each([1, 3])('at the commit of %i writes is found by Sync', async (count) => {
    const group = writes(count);
    wire.send(group, true);
    await server.say(...group.map((_, n) => insertOf(n === 0)), says.error('23503'), says.ready());
    if (count === 1) expect(endings(group)).toEqual([failed('23503')]);
    else expect(again).toEqual([{ operations: group, alone: true }]);
    expect([wire.pending, wire.idle]).toEqual([0, true]);
  });

  it('of one write is its own', async () => {
    const group = writes(1);
    wire.send(group, true);
    await server.say(says.parseComplete(), says.bindComplete(), says.error('23505'), says.ready());
    expect(endings(group)).toEqual([failed('23505')]);
    expect(again).toEqual([]);
  });

  it('while Parse is under way leaves nothing prepared', async () => {
    wire.send(reads(2), false);
    server.take();
    await server.say(says.error('42P01'), says.ready());
    wire.send(reads(1), false);
    expect(server.take()).toBe('PBES');
  });

  it('that says that the statement is gone prepares it again, and tells nobody', async () => {
    wire.send(reads(1), false);
    await server.say(says.answer('a', { fresh: true }), says.ready());
    const group = reads(1);
    wire.send(group, false);
    server.take();
    await server.say(says.error('26000'), says.ready());
    expect(again).toEqual([{ operations: group, alone: false }]);
    wire.send(group, false);
    expect(server.take()).toBe('PBES');
  });

  it('that says that the columns changed is told, and the statement prepared anew for the next', async () => {
    wire.send(reads(1), false);
    await server.say(says.answer('a', { fresh: true }), says.ready());
    const group = reads(1);
    wire.send(group, false);
    await server.say(says.error('0A000'), says.ready());
    expect(endings(group)).toEqual([failed('0A000')]);
    server.take();
    wire.send(reads(1), false);
    expect(server.take()).toBe('PBES');
  });

  it('has the fields that errors of `pg` have', async () => {
    const [operation] = reads(1) as [KeptOperation];
    wire.send([operation], false);
    const fields = 'SERROR\0VERROR\0C23505\0Mit is there\0DKey (a)=(1)\0Hno\0P7\0p8\0qq\0Ww\0ss\0tt\0cc\0dd\0nn\0Ff\0L9\0Rr\0\0';
    await server.say(message('E', fields), says.ready());
    const [ending] = operation.endings as [{ error: DatabaseError }];
    expect(ending.error).toBeInstanceOf(DatabaseError);
    expect({ ...ending.error, message: ending.error.message }).toMatchObject({
      message: 'it is there', severity: 'ERROR', code: '23505', detail: 'Key (a)=(1)', hint: 'no', position: '7',
      internalPosition: '8', internalQuery: 'q', where: 'w', schema: 's', table: 't', column: 'c', dataType: 'd',
      constraint: 'n', file: 'f', line: '9', routine: 'r',
    }); // biome-ignore format: a table
  });
});

describe('a group that opens a transaction', () => {
  const opened = (): KeptOperation[] => {
    const [opening, statement] = [writes(2), writes(1)];
    wire.open(opening);
    wire.send(statement, true);
    return [...opening, ...statement];
  };

  it('fails as a whole: nothing of it runs outside of the transaction, nothing goes again', async () => {
    const group = opened();
    await server.say(says.parseComplete(), says.bindComplete(), says.error('57014'), says.ready());
    expect(endings(group)).toEqual([failed('57014'), failed('57014'), failed('57014')]);
    expect([again, wire.idle]).toEqual([[], true]);
  });

  it('is open where only its first statement fails', async () => {
    const group = opened();
    await server.say(insertOf(true), insertOf(), says.bindComplete(), says.error('23505'), says.ready('E'));
    expect(endings(group)).toEqual([inserted, inserted, failed('23505')]);
    expect([again, wire.status]).toEqual([[], 'E']);
  });

  it.each(['0A000', '26000'])('whose first statement no longer fits (%s) has it prepared anew the next time', async (code) => {
    opened();
    await server.say(insertOf(true), insertOf(), insertOf(), says.ready('T'));
    const group = opened();
    server.take();
    await server.say(insertOf(), insertOf(), says.error(code), says.ready('E'));
    expect(endings(group)).toEqual([inserted, inserted, failed(code)]);
    opened();
    expect(server.take()).toBe('PBEBEBES');
  });

  it('fails as a whole with its connection', async () => {
    const group = opened();
    await server.say(insertOf(true), says.error('57P01', 'FATAL'));
    expect(endings(group)).toEqual([failed('57P01'), failed('57P01'), failed('57P01')]);
    expect(again).toEqual([]);
  });

  it('is sent by whoever waits for all that was opened', async () => {
    wire.open(writes(2));
    const settled = wire.settled();
    expect(server.take()).toBe('PBEBES');
    await server.say(insertOf(true), insertOf(), says.ready('T'));
    await settled;
    expect(wire.status).toBe('T');
  });
});

describe('the end of a connection', () => {
  it('sends reads again, and tells writers that nobody knows', async () => {
    const [readers, writers] = [reads(2), writes(2)];
    wire.send(readers, false);
    wire.send(writers, true);
    await server.say(says.answer('a', { fresh: true }));
    server.stream.destroy();
    await new Promise((resolve) => setImmediate(resolve));
    expect(endings(readers)).toEqual([done('a'), []]);
    expect(again).toEqual([{ operations: readers.slice(1), alone: false }]);
    for (const { endings: told } of writers) expect(told).toEqual([{ error: expect.any(ConnectionLost) }]);
    expect([lost, wire.pending, wire.isLost]).toEqual([1, 0, true]);
  });

  it('after an error in a group of writes sends them again: it was undone', async () => {
    const group = writes(2);
    wire.send(group, true);
    await server.say(insertOf(true), says.error('23505'));
    server.stream.destroy();
    await new Promise((resolve) => setImmediate(resolve));
    expect(again).toEqual([{ operations: group, alone: false }]);
    expect(endings(group)).toEqual([[], []]);
  });

  it('after the error of one write tells that error', async () => {
    const group = writes(1);
    wire.send(group, true);
    await server.say(says.parseComplete(), says.error('23505'));
    server.stream.destroy();
    await new Promise((resolve) => setImmediate(resolve));
    expect(endings(group)).toEqual([failed('23505')]);
  });

  it('by the last word of the server before the writes were all executed sends them again', async () => {
    const group = writes(2);
    wire.send(group, true);
    await server.say(insertOf(true), says.error('57P01', 'FATAL'));
    expect(again).toEqual([{ operations: group, alone: false }]);
    expect(lost).toBe(1);
  });

  it('by the last word of the server after they were executed leaves open whether they were committed', async () => {
    const group = writes(2);
    wire.send(group, true);
    await server.say(insertOf(true), insertOf(), says.error('57P01', 'FATAL'));
    expect(endings(group)).toEqual([failed('57P01'), failed('57P01')]);
    expect(again).toEqual([]);
  });

  it('is seen in a last word in any language', async () => {
    await attached();
    await server.say(says.error('57P01', 'FATAL', 'ВАЖНО'));
    expect([wire.isLost, lost]).toEqual([true, 1]);
    const group = reads(1);
    const other = new FakeServer();
    const second = new WireConnection(other.client, () => now);
    second.send(group, false);
    await other.say(says.error('57P01', 'FATAL', 'ВАЖНО'));
    expect([second.isLost, group[0]?.endings.length]).toEqual([true, 1]);
  });

  it('tells whoever sends afterwards that nothing was sent', async () => {
    wire.abandon('a test');
    const group = writes(1);
    wire.send(group, true);
    expect(endings(group)).toEqual([[{ error: expect.any(ConnectionLost) }]]);
    expect(group[0]?.attempts).toBe(0);
  });
});

/** Each message that a server may send after authentication, in each state: nothing under way, an answer to come, after an error. */
async function attached(): Promise<void> {
  wire.send(reads(1), false);
  await server.say(says.answer('a', { fresh: true }), says.ready());
}

describe('messages in each state', () => {
  const handled = { idle: true, answering: true, failed: true };
  const refused = { idle: false, answering: false, failed: false };
  test.for<[string, Buffer, typeof handled]>([
    ['ParseComplete', says.parseComplete(), { ...refused, answering: true }],
    ['BindComplete', says.bindComplete(), { ...refused, answering: true }],
    ['CloseComplete', says.closeComplete(), handled],
    ['CommandComplete', says.complete(), { ...refused, answering: true }],
    ['DataRow', says.row('x'), { ...refused, answering: true }],
    ['EmptyQueryResponse', message('I'), { ...refused, answering: true }],
    ['ErrorResponse', says.error('22012'), { ...handled, idle: false }],
    ['NoticeResponse', message('N', 'SNOTICE\0C00000\0Mhello\0\0'), handled],
    ['NotificationResponse', message('A', 1, 'channel\0payload\0'), handled],
    ['ParameterStatus', message('S', 'TimeZone\0UTC\0'), handled],
    ['ReadyForQuery', says.ready(), { ...refused, failed: true }],
    ['ReadyForQuery of an unknown status', says.ready('?'), refused],
    ['Authentication…', message('R', 0), refused],
    ['BackendKeyData', message('K', 1, 2), refused],
    ['CopyInResponse', message('G', '\0\0\0'), refused],
    ['CopyOutResponse', message('H', '\0\0\0'), refused],
    ['CopyBothResponse', message('W', '\0\0\0'), refused],
    ['CopyData', message('d', 'x'), refused],
    ['CopyDone', message('c'), refused],
    ['FunctionCallResponse', message('V', -1), refused],
    ['NegotiateProtocolVersion', message('v', 0, 0), refused],
    ['NoData', message('n'), refused],
    ['ParameterDescription', message('t', '\0\0'), refused],
    ['PortalSuspended', message('s'), refused],
    ['RowDescription', message('T', '\0\0'), refused],
    ['a message that there is not', message('!', 'x'), refused],
  ])('%s', async ([, bytes, expected]) => {
    const outcome: Record<string, boolean> = {};
    for (const state of ['idle', 'answering', 'failed'] as const) {
      server = new FakeServer();
      wire = new WireConnection(server.client, () => now);
      await attached();
      const group = reads(2);
      if (state !== 'idle') wire.send(group, false);
      if (state === 'failed') await server.say(says.error('22012'));
      await server.say(bytes);
      outcome[state] = !wire.isLost;
      if (wire.isLost && state !== 'idle') expect(endings(group).map((told) => told.length)).toEqual([1, 1]);
    }
    expect(outcome).toEqual(expected);
  }); // biome-ignore format: a table
});

describe('time', () => {
  it('that is up stops a read that waits, and cancels the one that runs', async () => {
    const [running, waiting] = [new KeptOperation({ deadlineAt: now + 100 }), new KeptOperation({ deadlineAt: now + 50 })];
    wire.send([running, waiting], false);
    now += 60;
    wire.look(now);
    expect(endings([running, waiting])).toEqual([[], [{ error: expect.any(OperationStopped) }]]);
    now += 60;
    wire.look(now);
    await server.say(says.parseComplete(), says.bindComplete(), says.error('57014'), says.ready());
    expect(running.endings).toEqual([{ error: expect.objectContaining({ uncertain: false }) }]);
    expect([wire.isLost, wire.pending]).toEqual([false, 0]);
  });

  it('that is up for a write whose cancellation nobody answers leaves open whether it was executed', () => {
    const write = new KeptOperation({ repeatable: false, deadlineAt: now + 10 });
    wire.send([write], true);
    now += 20;
    wire.look(now);
    expect(write.endings).toEqual([]);
    now += 501;
    wire.look(now);
    expect(write.endings).toEqual([{ error: expect.objectContaining({ uncertain: true }) }]);
    expect(wire.isLost).toBe(true);
  });

  it('is not up for whom a cancellation of another hits', async () => {
    const [first, second] = [new KeptOperation({ deadlineAt: now + 10 }), new KeptOperation()];
    wire.send([first, second], false);
    now += 20;
    wire.look(now);
    // The first was over before the cancellation arrived.
    await server.say(says.answer('a', { fresh: true }), says.bindComplete(), says.error('57014'), says.ready());
    expect(endings([first, second])).toEqual([done('a'), []]);
    expect(again).toEqual([{ operations: [second], alone: false }]);
  });

  it('of a cancellation from outside is told', async () => {
    const group = reads(1);
    wire.send(group, false);
    await server.say(says.parseComplete(), says.bindComplete(), says.error('57014'), says.ready());
    expect(endings(group)).toEqual([failed('57014')]);
  });

  it('ends for a read that nobody wants any more', async () => {
    const group = reads(2);
    wire.send(group, false);
    for (const one of group) one.wanted = false;
    wire.look(now);
    await server.say(says.parseComplete(), says.bindComplete(), says.error('57014'), says.ready());
    expect(endings(group)).toEqual([[{ error: expect.any(OperationStopped) }], [{ error: expect.any(OperationStopped) }]]);
  });
});

describe('behind one that takes long', () => {
  it('reads are taken back, as if they had not been sent, and what comes of them here is thrown away', async () => {
    const [[head], behind] = [reads(1) as [KeptOperation], reads(2)];
    const heard: number[] = [];
    Object.assign(head, { slow: (ms: number) => heard.push(ms) });
    wire.send([head], false);
    wire.send(behind, false);
    expect(wire.unstall(now + 99, 100)).toBe(false);
    expect(wire.unstall(now + 100, 100)).toBe(true);
    expect([again, heard]).toEqual([[{ operations: behind, alone: false }], [100]]);
    expect(behind.map(({ attempts }) => attempts)).toEqual([0, 0]);
    await server.say(says.answer('a', { fresh: true }), says.ready(), says.answer('b'), says.answer('c'), says.ready());
    expect(endings([head, ...behind])).toEqual([done('a'), [], []]);
    expect([wire.idle, wire.pending]).toEqual([true, 0]);
  });

  it('of a group nobody can tell which it is: each goes again alone, and none is called slow', async () => {
    const group = reads(3);
    for (const one of group) Object.assign(one, { slow: () => expect.fail('nobody knows that') });
    wire.send(group, false);
    expect(wire.unstall(now + 100, 100)).toBe(true);
    expect(again).toEqual([{ operations: group, alone: true }]);
    await server.say(says.answer('a', { fresh: true }), says.answer('b'), says.answer('c'), says.ready());
    expect(endings(group)).toEqual([[], [], []]);
  });

  it("the time of a group that is answered at once is nobody's alone", async () => {
    const group = reads(4);
    wire.send(group, false);
    now += 80;
    await server.say(...group.map((_, n) => says.answer('x', { fresh: n === 0 })), says.ready());
    expect(group.map(({ executedMs }) => executedMs)).toEqual([20, 0, 0, 0]);
  });
});

describe('the socket', () => {
  it('goes back to `pg`, and comes again', async () => {
    const seen: string[] = [];
    server.stream.on('data', (chunk: Buffer) => seen.push(chunk.toString('latin1', 0, 1)));
    await attached();
    expect(seen).toEqual([]);
    wire.detach();
    await server.say(says.ready());
    expect(seen).toEqual(['Z']);
    const group = reads(1);
    wire.send(group, false);
    await server.say(says.answer('b'), says.ready());
    expect([seen, endings(group)]).toEqual([['Z'], [done('b')]]);
  });

  it('is not given back while something is under way', () => {
    wire.send(reads(1), false);
    expect(() => wire.detach()).toThrow('a connection with operations under way was detached');
  });
});
