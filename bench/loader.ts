/**
 * Sends requests over plain sockets, one at a time on each connection, for some time; a process of its own. It reads no more of
 * an answer than its status and length, so that it takes as little of the machine as it can.
 */
import { connect, type Socket } from 'node:net';
import { answerMessages, cpuUs } from './child.ts';

export interface Load {
  readonly port: number;
  /** As they go over the wire. */
  readonly requests: readonly string[];
  readonly connections: number;
  readonly durationMs: number;
}

export interface Loaded {
  readonly answers: number;
  /** Answers of another status than 200, with the first of them. */
  readonly failures: number;
  readonly firstFailure: string | null;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The loader's own processor time in microseconds: near the whole time it, and not the server, was the limit. */
  readonly cpuUs: number;
}

interface Counts {
  readonly durations: number[];
  failures: number;
  firstFailure: string | null;
}

const headEnd = Buffer.from('\r\n\r\n');

/** Length of a whole answer at the beginning of the bytes; 0 while it is not there. */
function answerLength(bytes: Buffer): number {
  const end = bytes.indexOf(headEnd);
  if (end === -1) return 0;
  const head = bytes.toString('latin1', 0, end);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`an answer without a length: ${head}`);
  const whole = end + headEnd.length + Number(length);
  return bytes.length < whole ? 0 : whole;
}

/** One connection, until the time is over. */
function drive({ port, durationMs }: Load, requests: readonly Buffer[], first: number, counts: Counts): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    const until = performance.now() + durationMs;
    let turn = first;
    let sentAt = 0;
    let received: Buffer = Buffer.alloc(0);
    const send = (): void => {
      const request = requests[turn % requests.length];
      if (request === undefined) throw new Error('there are no requests');
      turn += 1;
      sentAt = performance.now();
      socket.write(request);
    };
    socket.on('connect', send);
    socket.on('data', (part: Buffer) => {
      received = received.length === 0 ? part : Buffer.concat([received, part]);
      const length = answerLength(received);
      if (length === 0) return;
      const now = performance.now();
      counts.durations.push(now - sentAt);
      if (received.toString('latin1', 9, 12) !== '200') {
        counts.failures += 1;
        counts.firstFailure ??= received.toString('utf8', 0, Math.min(length, 500));
      }
      received = received.subarray(length);
      if (now < until) send();
      else socket.end(() => resolve());
    });
    socket.on('error', reject);
    socket.on('close', () => (performance.now() < until ? reject(new Error('the server closed a connection')) : resolve()));
  });
}

async function load(asked: Load): Promise<Loaded> {
  const requests = asked.requests.map((text) => Buffer.from(text));
  const counts: Counts = { durations: [], failures: 0, firstFailure: null };
  const startedAt = performance.now();
  const cpuBefore = cpuUs();
  const connections = Array.from({ length: asked.connections }, (_, n) =>
    drive(asked, requests, Math.floor((n * requests.length) / asked.connections), counts),
  );
  await Promise.all(connections);
  const sorted = Float64Array.from(counts.durations).sort();
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return {
    answers: sorted.length,
    failures: counts.failures,
    firstFailure: counts.firstFailure,
    seconds: (performance.now() - startedAt) / 1_000,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    cpuUs: cpuUs() - cpuBefore,
  };
}

answerMessages((message) => load(message as Load));
