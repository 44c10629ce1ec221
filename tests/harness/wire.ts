/** For tests of the wire client: messages as a server writes them, a server that says only what a test says, and operations that keep their outcome. */
import { Duplex } from 'node:stream';
import { Client } from 'pg';
import type { Operation } from '../../server/src/base/postgres/wire/index.ts';

/** A message of the protocol: first byte, length, body. */
export function message(type: string, ...body: readonly (Buffer | string | number)[]): Buffer {
  const parts = body.map((part) => (typeof part === 'number' ? int32(part) : Buffer.from(part)));
  const bytes = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(type), int32(bytes.length + 4), bytes]);
}

const int16 = (n: number): Buffer => Buffer.from([n >> 8, n & 0xff]);
function int32(n: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(n);
  return bytes;
}

/** What a server says. */
export const says = {
  parseComplete: () => message('1'),
  bindComplete: () => message('2'),
  closeComplete: () => message('3'),
  row: (...fields: readonly (string | null)[]) =>
    message('D', int16(fields.length), ...fields.flatMap((field) => (field === null ? [-1] : [Buffer.byteLength(field), field]))),
  complete: (tag = 'SELECT 1') => message('C', `${tag}\0`),
  ready: (status = 'I') => message('Z', status),
  error: (code: string, severity = 'ERROR', localized = severity) =>
    message('E', `S${localized}\0V${severity}\0C${code}\0Mbecause\0\0`),
  /** All that answers one execution. */
  answer: (field: string, { fresh = false, tag = 'SELECT 1' } = {}) =>
    Buffer.concat([...(fresh ? [says.parseComplete()] : []), says.bindComplete(), says.row(field), says.complete(tag)]),
};

/** One message as a client wrote it: its first byte and its body. */
export interface Sent {
  readonly type: string;
  readonly body: Buffer;
}

/** A connected client of `pg` whose server is the test itself. */
export class FakeServer {
  /** What arrived, in order; forgotten by `take`. */
  readonly sent: Sent[] = [];
  readonly client: Client;
  readonly stream: Duplex;
  #rest: Buffer = Buffer.alloc(0);

  constructor() {
    this.stream = new Duplex({
      read: () => {},
      write: (chunk: Buffer, _encoding, done) => {
        // A copy, as the kernel makes one: the writer uses its buffer again.
        this.#receive(Buffer.from(chunk));
        done();
      },
    });
    this.client = new Client({ host: '127.0.0.1', port: 1 });
    this.client.on('error', () => {});
    Object.assign(this.client.connection, { stream: this.stream });
    Object.assign(this.client, { getTransactionStatus: () => 'I' });
  }

  /** Types of the messages that arrived since the last call, as one text: `PBES`. */
  take(): string {
    return this.sent
      .splice(0)
      .map(({ type }) => type)
      .join('');
  }

  /** Sends, and lets it arrive. */
  async say(...messages: readonly Buffer[]): Promise<void> {
    this.stream.push(Buffer.concat(messages));
    await settled();
  }

  #receive(chunk: Buffer): void {
    let bytes = Buffer.concat([this.#rest, chunk]);
    while (bytes.length >= 5 && bytes.length > bytes.readInt32BE(1)) {
      const end = 1 + bytes.readInt32BE(1);
      this.sent.push({ type: String.fromCharCode(bytes[0] ?? 0), body: bytes.subarray(5, end) });
      bytes = bytes.subarray(end);
    }
    this.#rest = bytes;
  }
}

/** Lets everything that is due happen. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 3; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** How an operation ended. */
export type Ending =
  | { readonly rows: readonly (readonly (string | null)[])[]; readonly count: number; readonly tag: string }
  | { readonly error: unknown };

export interface AskedFor {
  readonly text?: string;
  readonly name?: string;
  readonly params?: readonly (string | null)[];
  /** False: it writes. */
  readonly repeatable?: boolean;
  readonly deadlineAt?: number;
}

/** An operation that keeps all it is told: more than one ending is a fault of the client. */
export class KeptOperation implements Operation {
  attempts = 0;
  readonly statement: Operation['statement'];
  readonly params: readonly (string | null)[];
  readonly repeatable: boolean;
  readonly deadlineAt: number;
  readonly endings: Ending[] = [];
  readonly ended: Promise<Ending>;
  wanted = true;
  /** Milliseconds that the server is said to have worked on it. */
  executedMs = Number.NaN;
  /** Thrown for each row where it is set. */
  rowError: Error | null = null;
  #rows: (string | null)[][] = [];
  #resolve!: (ending: Ending) => void;

  constructor({
    text = 'select 1',
    name = text,
    params = [],
    repeatable = true,
    deadlineAt = Number.POSITIVE_INFINITY,
  }: AskedFor = {}) {
    this.statement = { name, text };
    this.params = params;
    this.repeatable = repeatable;
    this.deadlineAt = deadlineAt;
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  unwanted(): boolean {
    return !this.wanted;
  }
  begin(): void {
    this.#rows = [];
  }
  row(bytes: Buffer, at: number, fieldCount: number): void {
    if (this.rowError !== null) throw this.rowError;
    this.#rows.push(fieldsOf(bytes, at, fieldCount));
  }
  done(count: number, tag: number, executedMs: number): void {
    this.executedMs = executedMs;
    this.#end({ rows: this.#rows, count, tag: String.fromCharCode(tag) });
  }
  failed(error: unknown): void {
    this.#end({ error });
  }

  #end(ending: Ending): void {
    this.endings.push(ending);
    this.#resolve(ending);
  }
}

function fieldsOf(bytes: Buffer, at: number, fieldCount: number): (string | null)[] {
  const fields: (string | null)[] = [];
  let from = at;
  for (let i = 0; i < fieldCount; i += 1) {
    const length = bytes.readInt32BE(from);
    from += 4;
    fields.push(length < 0 ? null : bytes.toString('utf8', from, from + length));
    from += Math.max(0, length);
  }
  return fields;
}
