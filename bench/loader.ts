/**
 * Sends requests over plain sockets, one at a time on each connection, for some time; a process of its own. It shares its
 * processor with the database, so it does as little as it can: one buffer for all sockets, no streams in between, and of an
 * answer no more is read than its status and length.
 */
import { connect, type Socket } from 'node:net';
import { answerMessages, cpuUs } from './child.ts';
import { canWrk, loadWithWrk } from './wrk.ts';

export interface Load {
  readonly port: number;
  /** As they go over the wire. */
  readonly requests: readonly string[];
  readonly connections: number;
  readonly durationMs: number;
  /** Let wrk do it, where it can. */
  readonly wrk: boolean;
}

export interface Loaded {
  readonly answers: number;
  /** Answers of another status than 200, with the first of them. */
  readonly failures: number;
  readonly firstFailure: string | null;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
  /** The loader's own processor time in microseconds: near the whole time it, and not the server, was the limit. */
  readonly cpuUs: number;
}

interface Counts {
  readonly durations: number[];
  failures: number;
  firstFailure: string | null;
}

const headEnd = '\r\n\r\n';
/** Each read is worked through before the next one begins, so that all sockets share it. */
const shared = Buffer.allocUnsafe(64 * 1_024);

/** Bytes of the whole answer, from its head; 0 while the head is not whole. */
function answerLength(bytes: Buffer): number {
  const end = bytes.indexOf(headEnd, 0, 'latin1');
  if (end === -1) return 0;
  const head = bytes.toString('latin1', 0, end);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`an answer without a length: ${head}`);
  return end + headEnd.length + Number(length);
}

const isOk = (bytes: Buffer): boolean => bytes[9] === 0x32 && bytes[10] === 0x30 && bytes[11] === 0x30;

/** One connection: sends, waits for the whole answer, sends the next one. */
class Connection {
  readonly #requests: readonly string[];
  readonly #counts: Counts;
  readonly #until: number;
  #turn: number;
  #sentAt = 0;
  /** Bytes of the answer under way that have not come yet; 0: its head is awaited. */
  #missing = 0;
  /** A head that came in pieces so far. */
  #piece: Buffer | null = null;

  constructor(requests: readonly string[], first: number, until: number, counts: Counts) {
    this.#requests = requests;
    this.#counts = counts;
    this.#until = until;
    this.#turn = first;
  }

  /** Resolves when the time is over and the last answer is there. */
  run(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let over = false;
      const onRead = (length: number): boolean => {
        if (!this.#receive(shared.subarray(0, length))) return true;
        if (performance.now() < this.#until) this.#send(socket);
        else {
          over = true;
          socket.end(() => resolve());
        }
        return true;
      };
      const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer: shared, callback: onRead } });
      socket.on('connect', () => this.#send(socket));
      socket.on('error', reject);
      socket.on('close', () => (over ? resolve() : reject(new Error('the server closed a connection'))));
    });
  }

  #send(socket: Socket): void {
    const request = this.#requests[this.#turn % this.#requests.length] ?? '';
    this.#turn += 1;
    this.#sentAt = performance.now();
    socket.write(request, 'latin1');
  }

  /** Takes in what came; true when the answer is whole. */
  #receive(part: Buffer): boolean {
    if (this.#missing > 0) {
      this.#missing -= part.length;
      return this.#missing === 0 && this.#finish();
    }
    const bytes = this.#piece === null ? part : Buffer.concat([this.#piece, part]);
    const length = answerLength(bytes);
    if (length === 0) {
      this.#piece = Buffer.from(bytes);
      return false;
    }
    this.#piece = null;
    if (!isOk(bytes)) {
      this.#counts.failures += 1;
      this.#counts.firstFailure ??= bytes.toString('utf8', 0, 1_000);
    }
    this.#missing = length - bytes.length;
    return this.#missing === 0 && this.#finish();
  }

  #finish(): true {
    this.#counts.durations.push(performance.now() - this.#sentAt);
    return true;
  }
}

async function load({ port, requests, connections, durationMs }: Load): Promise<Loaded> {
  // As the bytes of UTF-8, one character each, which are written without being encoded again.
  const texts = requests.map((text) => Buffer.from(text).toString('latin1'));
  const counts: Counts = { durations: [], failures: 0, firstFailure: null };
  const startedAt = performance.now();
  const cpuBefore = cpuUs();
  const until = startedAt + durationMs;
  await Promise.all(
    Array.from({ length: connections }, (_, n) =>
      new Connection(texts, Math.floor((n * texts.length) / connections), until, counts).run(port),
    ),
  );
  const sorted = Float64Array.from(counts.durations).sort();
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return {
    answers: sorted.length,
    failures: counts.failures,
    firstFailure: counts.firstFailure,
    seconds: (performance.now() - startedAt) / 1_000,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    longestMs: at(1),
    cpuUs: cpuUs() - cpuBefore,
  };
}

answerMessages((message) => {
  const asked = message as Load;
  return asked.wrk && canWrk(asked) ? loadWithWrk(asked) : load(asked);
});
