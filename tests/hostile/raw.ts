/** Bytes straight onto a socket, and the answers that come back. */
import { connect } from 'node:net';

export interface RawReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export interface Exchanged {
  readonly replies: readonly RawReply[];
  /** The server ended the connection. */
  readonly closed: boolean;
  /** Bytes that left before that. */
  readonly sentBytes: number;
  readonly tookMs: number;
}

/** What to send, and how. */
export interface RawOptions {
  /** Milliseconds between two pieces. */
  readonly everyMs?: number;
  /** Ends when nothing came for this long after the last piece was sent. */
  readonly quietMs?: number;
  /** Ends anyhow. */
  readonly longestMs?: number;
}

type Pieces = Iterable<string | Buffer>;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Sends pieces as they are (texts as latin1) and collects the answers until the connection ends or stays quiet. */
export function exchange(port: number, pieces: Pieces | string, options: RawOptions = {}): Promise<Exchanged> {
  const { everyMs = 0, quietMs = 300, longestMs = 20_000 } = options;
  return new Promise((resolve) => {
    const startedAt = performance.now();
    const chunks: Buffer[] = [];
    let closed = false;
    let finished = false;
    let sending = true;
    let timer = setTimeout(() => end(), longestMs);
    const socket = connect(port, '127.0.0.1');
    const end = (): void => {
      if (finished) return;
      finished = true;
      clearTimeout(timer);
      const sentBytes = socket.bytesWritten - socket.writableLength;
      socket.destroy();
      resolve({ replies: parse(Buffer.concat(chunks)), closed, sentBytes, tookMs: performance.now() - startedAt });
    };
    const wait = (): void => {
      if (finished || sending) return;
      clearTimeout(timer);
      timer = setTimeout(end, quietMs);
    };
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      wait();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      closed = true;
      end();
    });
    socket.on('connect', async () => {
      for (const piece of typeof pieces === 'string' ? [pieces] : pieces) {
        if (finished || socket.destroyed || !socket.writable) break;
        const drained = socket.write(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece);
        if (!drained)
          await Promise.race([
            new Promise((done) => socket.once('drain', done)),
            new Promise((done) => socket.once('close', done)),
          ]);
        if (everyMs > 0) await pause(everyMs);
      }
      sending = false;
      wait();
    });
  });
}

/** Takes answers apart by their Content-Length or chunks. */
function parse(bytes: Buffer): readonly RawReply[] {
  const replies: RawReply[] = [];
  for (let rest = bytes; rest.length > 0; ) {
    const end = rest.indexOf('\r\n\r\n');
    const head = rest.subarray(0, end === -1 ? rest.length : end).toString('latin1');
    const [first = '', ...lines] = head.split('\r\n');
    const headers: Record<string, string> = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1] ?? Number.NaN);
    const length = Number(headers['content-length'] ?? 0);
    const from = end === -1 ? rest.length : end + 4;
    const to = status === 100 || status === 204 || status === 304 ? from : from + length;
    if (status !== 100) replies.push({ status, headers, text: rest.subarray(from, to).toString('utf8') });
    rest = rest.subarray(to);
  }
  return replies;
}
