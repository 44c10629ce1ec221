/** Sends requests one after the other on a connection that stays. */
import { Agent, request } from 'node:http';

/** A request as it is sent. */
export interface Attempt {
  readonly name: string;
  readonly method: string;
  /** The target, encoded. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Longer than every limit of a run: an answer that does not come at all is a failure. */
const longestMs = 40_000;

export class HostileClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  /** Rejects when the connection broke before an answer came. */
  send({ method, target, headers, body }: Attempt): Promise<Reply> {
    const given = body === null || 'Transfer-Encoding' in headers ? {} : { 'Content-Length': String(body.byteLength) };
    return new Promise((resolve, reject) => {
      const outgoing = request(
        { host: '127.0.0.1', port: this.#port, agent: this.#agent, method, path: target, headers: { ...given, ...headers } },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', reject);
          incoming.on('end', () => {
            resolve({
              status: incoming.statusCode ?? 0,
              headers: incoming.headers,
              text: Buffer.concat(chunks).toString('utf8'),
            });
          });
        },
      );
      outgoing.setTimeout(longestMs, () => outgoing.destroy(new Error(`no answer within ${longestMs} ms`)));
      outgoing.on('error', reject);
      outgoing.end(body ?? undefined);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
