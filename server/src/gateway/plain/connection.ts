/**
 * A connection whose requests are read here as long as they are plain: each of them comes whole, and only when the one before is
 * answered. The first bytes that are anything else go to node:http, with the connection, for the rest of its life.
 */
import type { Socket } from 'node:net';
import { noKnownHeaders, type PlainRequest, readPlainRequest } from './reader.ts';
import { PlainResponse } from './response.ts';

/** What the connections of a gateway have in common. */
export interface PlainHost {
  /** Lines of an answer's head that say that its connection goes on. */
  readonly keepAlive: string;
  /** Without a byte leaving, while an answer is not read. */
  readonly idleMs: number;
  /** Answers a request, at once or later. */
  accept(request: PlainRequest, response: PlainResponse, socket: Socket): void;
  /** Gives the socket to node:http. */
  handOver(socket: Socket): void;
  /** The connection is no more one of these. */
  forget(connection: PlainConnection): void;
}

const nothing = (): void => {};

export class PlainConnection {
  readonly socket: Socket;
  readonly #host: PlainHost;
  readonly #known = noKnownHeaders();
  /** A request is under way: until its answer has left the process. */
  #busy = false;
  /** What came meanwhile. */
  #early: Buffer | null = null;
  #served = false;
  /** When it was first seen waiting for a request; null while it was not looked at. */
  #idleSince: number | null = null;

  constructor(socket: Socket, host: PlainHost) {
    this.socket = socket;
    this.#host = host;
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.on('error', nothing);
    socket.on('close', this.#onClose);
  }

  /** Whether it waits for a request. */
  get idle(): boolean {
    return !this.#busy;
  }

  /**
   * Looked at now and then: how long it has waited for a request, its first one or another.
   * @param now monotonic milliseconds
   */
  idleMs(now: number): { readonly ms: number; readonly first: boolean } {
    if (this.#busy) return { ms: 0, first: false };
    this.#idleSince ??= now;
    return { ms: now - this.#idleSince, first: !this.#served };
  }

  /** The answer was written. A client that does not read it gets no more of its requests read, and has so long to go on. */
  answered(closes: boolean): void {
    const { socket } = this;
    if (closes) {
      socket.destroySoon();
      return;
    }
    if (socket.writableNeedDrain) {
      socket.setTimeout(this.#host.idleMs, this.#onSilence);
      socket.once('drain', () => {
        socket.setTimeout(0, this.#onSilence);
        this.#ready();
      });
    } else this.#ready();
  }

  #ready(): void {
    this.#busy = false;
    const early = this.#early;
    if (early !== null) this.#handOver(early);
  }

  readonly #onData = (bytes: Buffer): void => {
    if (this.#busy) {
      this.#early = this.#early === null ? bytes : Buffer.concat([this.#early, bytes]);
      this.socket.pause();
      return;
    }
    const request = readPlainRequest(bytes, this.#known);
    if (request === null) {
      this.#handOver(bytes);
      return;
    }
    this.#busy = true;
    this.#served = true;
    this.#idleSince = null;
    const { socket } = this;
    const host = this.#host;
    host.accept(request, new PlainResponse(socket, request.method === 'HEAD', host.keepAlive, this), socket);
  };

  /** A client that sends no more is gone, as node:http has it. */
  readonly #onEnd = (): void => {
    this.socket.end();
  };

  readonly #onSilence = (): void => {
    this.socket.destroy();
  };

  readonly #onClose = (): void => {
    this.#host.forget(this);
  };

  #handOver(bytes: Buffer): void {
    const { socket } = this;
    socket.off('data', this.#onData);
    socket.off('end', this.#onEnd);
    socket.off('error', nothing);
    socket.off('close', this.#onClose);
    this.#host.forget(this);
    // Node's parser reads past the socket what comes from now on. What the socket holds is given to it before that, as soon as
    // the socket flows again: without the pause it flows already, and nothing would set it going.
    socket.pause();
    socket.unshift(bytes);
    this.#host.handOver(socket);
    socket.resume();
  }
}
