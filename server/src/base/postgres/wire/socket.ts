/** The socket of a connected `pg` client: read by this client while attached, by `pg` otherwise. */
import type { Duplex } from 'node:stream';
import type { ClientBase, Connection } from 'pg';
import { DirectSocket } from './direct-socket.ts';
import type { MessageWriter } from './writer.ts';

/** A client of `pg` that is connected. */
export interface WireClient extends ClientBase {
  readonly connection: Connection;
  getTransactionStatus(): 'I' | 'T' | 'E' | null;
}

export interface SocketListener {
  data(chunk: Buffer): void;
  /** After `full`: it takes more again. */
  drain(): void;
  closed(error: Error | undefined): void;
}

type DataListener = (chunk: Buffer) => void;

export class Socket {
  readonly #stream: Duplex;
  readonly #onData: DataListener;
  #attached = false;
  /** Those of `pg` while this client reads. */
  #setAside: DataListener[] = [];
  #full = false;

  constructor(client: WireClient, listener: SocketListener) {
    this.#stream = client.connection.stream;
    this.#onData = (chunk) => listener.data(chunk);
    let failure: Error | undefined;
    this.#stream.on('error', (error: Error) => {
      failure = error;
    });
    this.#stream.on('close', () => listener.closed(failure));
    this.#stream.on('drain', () => {
      if (!this.#full) return;
      this.#full = false;
      listener.drain();
    });
  }

  /** More is waiting to leave than should. */
  get full(): boolean {
    return this.#full;
  }

  /** Whether what arrives is this client's, not `pg`'s. */
  get attached(): boolean {
    return this.#attached;
  }

  attach(): void {
    if (this.#attached) return;
    this.#attached = true;
    if (this.#stream instanceof DirectSocket) {
      this.#stream.reader = this.#onData;
      return;
    }
    this.#setAside = this.#stream.listeners('data') as DataListener[];
    // Its own first: a stream without a listener would stop flowing.
    this.#stream.on('data', this.#onData);
    for (const one of this.#setAside) this.#stream.off('data', one);
  }

  /** From now on what arrives is read by `pg`. */
  detach(): void {
    if (!this.#attached) return;
    this.#attached = false;
    if (this.#stream instanceof DirectSocket) {
      this.#stream.reader = null;
      return;
    }
    for (const one of this.#setAside) this.#stream.on('data', one);
    this.#stream.off('data', this.#onData);
  }

  /** Sends what was gathered. */
  write(writer: MessageWriter): void {
    if (!this.#stream.write(writer.gathered())) this.#full = true;
    // Most often the kernel has taken all of it already.
    if (this.#stream.writableLength === 0) writer.reuse();
    else writer.renew();
  }

  destroy(): void {
    this.#stream.destroy();
  }
}
