/** Lanes over servers that say only what a test says. */
import type { PoolClient } from 'pg';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeServer, KeptOperation, says, settled } from '../../../../../tests/harness/wire.ts';
import { WireConnection } from './connection.ts';
import { type LaneOptions, ReadLane, WriteLane } from './lane.ts';
import { ConnectionLost, OperationStopped } from './operation.ts';

let now: number;
let servers: FakeServer[];
let released: number;
/** Rejects the next lendings with it. */
let refusal: Error | null;
let lendings: number;

beforeEach(() => {
  now = 1_000;
  servers = [];
  released = 0;
  refusal = null;
  lendings = 0;
});

const options = (more: Partial<LaneOptions> = {}): LaneOptions => ({
  lend: async () => {
    lendings += 1;
    if (refusal !== null) throw refusal;
    const server = new FakeServer();
    servers.push(server);
    const release = (): void => {
      released += 1;
    };
    return Object.assign(server.client, { release }) as unknown as PoolClient & FakeServer['client'];
  },
  wireOf: (client) => new WireConnection(client, () => now),
  most: 2,
  growAt: 4,
  stallMs: 100,
  idleMs: 30_000,
  clock: () => now,
  ...more,
});

const read = (more: ConstructorParameters<typeof KeptOperation>[0] = {}) => new KeptOperation(more);
const write = (more: ConstructorParameters<typeof KeptOperation>[0] = {}) =>
  new KeptOperation({ text: 'insert', repeatable: false, ...more });
const server = (index: number): FakeServer => servers[index] ?? expect.fail(`there is no connection ${index}`);
const insertOf = (fresh = false): Buffer =>
  Buffer.concat([...(fresh ? [says.parseComplete()] : []), says.bindComplete(), says.complete('INSERT 0 1')]);
const done = (field: string) => [{ rows: [[field]], count: 1, tag: 'S' }];

describe('reads', () => {
  it('of one turn leave together, on a connection that is opened for the first', async () => {
    const lane = new ReadLane(options());
    const operations = [read(), read(), read()];
    for (const one of operations) lane.push(one);
    await settled();
    expect(servers.map((one) => one.take())).toEqual(['PBEBEBES']);
  });

  it('open another connection when many wait, and no more than they may', async () => {
    const lane = new ReadLane(options());
    for (let turn = 0; turn < 4; turn += 1) {
      for (let n = 0; n < 4; n += 1) lane.push(read());
      await settled();
    }
    expect([lane.size, servers.length]).toEqual([2, 2]);
  });

  it('behind a slow one are answered elsewhere', async () => {
    const lane = new ReadLane(options());
    const [slow, quick] = [read(), read()];
    lane.push(slow);
    await settled();
    lane.push(quick);
    await settled();
    now += 150;
    lane.look(now);
    await settled();
    await server(1).say(says.answer('q', { fresh: true }), says.ready());
    expect([slow.endings, quick.endings]).toEqual([[], done('q')]);
    // The slow one's connection takes nothing new before it is over.
    server(0).take();
    lane.push(read());
    await settled();
    expect(servers.map((one) => one.take())).toEqual(['', 'PBESBES']);
    await server(0).say(says.answer('s', { fresh: true }), says.ready(), says.answer('thrown away'), says.ready());
    expect([slow.endings, quick.endings]).toEqual([done('s'), done('q')]);
  });

  it('that take long hear of it; of those behind them each may go another way', async () => {
    const lane = new ReadLane(options());
    const [slow, behind, quick] = [read(), read(), read()];
    const heard: number[] = [];
    Object.assign(slow, { slow: (ms: number) => heard.push(ms) });
    Object.assign(behind, { elsewhere: () => true });
    for (const one of [slow, behind, quick]) {
      lane.push(one);
      await settled();
    }
    now += 150;
    lane.look(now);
    lane.look(now);
    await settled();
    expect([heard, server(1).take()]).toEqual([[150], 'PBES']);
  });

  it('find a connection even where all that waited behind a slow one went another way', async () => {
    const lane = new ReadLane(options());
    const [slow, behind] = [read(), read()];
    Object.assign(behind, { elsewhere: () => true });
    for (const one of [slow, behind]) {
      lane.push(one);
      await settled();
    }
    now += 150;
    lane.look(now);
    // At once: whatever goes another way may take the last connection.
    expect(lendings).toBe(2);
    await settled();
    // The slow one's connection is of no use meanwhile, so that this one is the last.
    expect([lane.giveUp('spare'), lane.size]).toEqual([false, 2]);
  });

  it('go again when their connection is lost, four times at most', async () => {
    const lane = new ReadLane(options());
    const operation = read();
    lane.push(operation);
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      await settled();
      expect([operation.attempts, operation.endings]).toEqual([attempt, []]);
      server(attempt - 1).stream.destroy();
      await settled();
    }
    expect(operation.endings).toEqual([{ error: expect.any(ConnectionLost) }]);
    expect(released).toBe(4);
  });

  it('that wait too long for a connection are stopped', async () => {
    const lane = new ReadLane(options({ lend: () => new Promise(() => {}) }));
    const [late, patient] = [read({ deadlineAt: now + 10 }), read()];
    lane.push(late);
    lane.push(patient);
    await settled();
    now += 20;
    lane.look(now);
    expect([late.endings, patient.endings]).toEqual([[{ error: expect.any(OperationStopped) }], []]);
  });

  it('fail at once where there is no connection and none is to be had', async () => {
    refusal = new Error('no room');
    const lane = new ReadLane(options());
    const operation = read();
    lane.push(operation);
    await settled();
    expect(operation.endings).toEqual([{ error: refusal }]);
  });
});

describe('writes', () => {
  it('gather while a commit is under way', async () => {
    const lane = new WriteLane(options({ most: 1 }));
    lane.push(write());
    await settled();
    for (let n = 0; n < 3; n += 1) lane.push(write());
    await settled();
    expect(server(0).take()).toBe('PBES');
    await server(0).say(insertOf(true), says.ready());
    expect(server(0).take()).toBe('BEBEBES');
  });

  it('of a group of which one fails go again each alone', async () => {
    const lane = new WriteLane(options({ most: 1 }));
    const operations = [write(), write()] as const;
    for (const one of operations) lane.push(one);
    await settled();
    await server(0).say(insertOf(true), says.bindComplete(), says.error('23505'), says.ready());
    expect(server(0).take()).toBe('PBEBESBES');
    await server(0).say(insertOf(), says.ready());
    expect(server(0).take()).toBe('BES');
    await server(0).say(says.bindComplete(), says.error('23505'), says.ready());
    expect(operations.map(({ endings }) => endings)).toEqual([
      [{ rows: [], count: 1, tag: 'I' }],
      [{ error: expect.objectContaining({ code: '23505' }) }],
    ]);
  });

  async function oneOfThreeFailed(deadlineAt = Number.POSITIVE_INFINITY) {
    const lane = new WriteLane(options({ most: 1 }));
    const operations = [write(), write({ deadlineAt }), write()];
    for (const one of operations) lane.push(one);
    await settled();
    await server(0).say(insertOf(true), says.bindComplete(), says.error('23505'), says.ready());
    return { lane, operations };
  }

  it('that are to go alone end with the lane', async () => {
    const { lane, operations } = await oneOfThreeFailed();
    lane.close();
    expect(operations.map(({ endings }) => endings)).toEqual(Array(3).fill([{ error: expect.any(ConnectionLost) }]));
  });

  it('that are to go alone end when there is no connection any more', async () => {
    const { operations } = await oneOfThreeFailed();
    refusal = new Error('no room');
    server(0).stream.destroy();
    await settled();
    expect(operations.map(({ endings }) => endings)).toEqual([
      [{ error: expect.any(ConnectionLost) }],
      [{ error: refusal }],
      [{ error: refusal }],
    ]);
  });

  it('that are to go alone end by their deadline', async () => {
    const { lane, operations } = await oneOfThreeFailed(now + 50);
    now += 60;
    lane.look(now);
    expect(operations[1]?.endings).toEqual([{ error: expect.any(OperationStopped) }]);
  });

  it('are not held up by those that wait for a lock', async () => {
    const lane = new WriteLane(options({ most: 1 }));
    lane.push(write());
    await settled();
    lane.push(write());
    now += 150;
    lane.look(now);
    await settled();
    expect(servers.map((one) => one.take())).toEqual(['PBES', 'PBES']);
  });

  it('of a group that waits for a lock go again each alone once it was cancelled', async () => {
    const lane = new WriteLane(options({ most: 1 }));
    for (let n = 0; n < 2; n += 1) lane.push(write());
    await settled();
    now += 150;
    lane.look(now);
    server(0).take();
    await server(0).say(says.parseComplete(), says.bindComplete(), says.error('57014'), says.ready());
    await settled();
    // Alone, and on as many connections as there are.
    expect(servers.map((one) => one.take()).join('')).toMatch(/^P?BES(P?BES)?$/);
  });
});

describe('connections', () => {
  it('that were lost before they came are not waited for', async () => {
    let first = true;
    const lane = new ReadLane(
      options({
        wireOf: (client) => {
          const wire = new WireConnection(client, () => now);
          if (first) wire.abandon('a test');
          first = false;
          return wire;
        },
      }),
    );
    const operation = read();
    lane.push(operation);
    await settled();
    await settled();
    expect([lane.size, released]).toEqual([1, 1]);
    await server(1).say(says.answer('a', { fresh: true }), says.ready());
    expect(operation.endings).toEqual(done('a'));
  });

  it('that can not be opened are tried again after a while, not at once', async () => {
    const lane = new WriteLane(options());
    lane.push(write());
    await settled();
    refusal = new Error('too many connections');
    lane.push(write());
    for (let turn = 0; turn < 10; turn += 1) await settled();
    expect(lendings).toBe(2);
    now += 101;
    lane.look(now);
    await settled();
    expect(lendings).toBe(3);
  });

  it('are given up when nobody needs them, or somebody else does', async () => {
    const lane = new ReadLane(options());
    lane.push(read());
    await settled();
    await server(0).say(says.answer('a', { fresh: true }), says.ready());
    lane.look(now + 29_000);
    expect(lane.size).toBe(1);
    lane.look(now + 31_000);
    expect([lane.size, lane.unused, released]).toEqual([0, true, 1]);
    lane.push(read());
    await settled();
    expect([lane.giveUp('spare'), lane.giveUp('idle'), lane.size]).toEqual([false, false, 1]);
    expect([lane.giveUp('any'), lane.isGivingUp]).toEqual([true, true]);
    await server(1).say(says.answer('a', { fresh: true }), says.ready());
    lane.look(now);
    expect([lane.size, released]).toEqual([0, 2]);
  });

  it('of a closed lane are closed, and whoever comes later is told', async () => {
    const lane = new ReadLane(options());
    const [under, later] = [read(), read()];
    lane.push(under);
    await settled();
    lane.close();
    lane.push(later);
    expect([under.endings.length, later.endings.length, released]).toEqual([1, 1, 1]);
  });
});
