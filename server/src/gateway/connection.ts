/** Connections: what is the same for all requests of one, and which of its exchanges are not over yet. */
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { AddressReader, PeerAddress } from './address.ts';
import type { Exchange } from './exchange.ts';

export class Connection {
  readonly peer: PeerAddress;
  /** Exchanges that wait for something, work after their answers included. */
  readonly open = new Set<Exchange>();
  /** An answer that closes it was sent: nothing behind that answer's request is looked at any more. */
  ends = false;

  constructor(peer: PeerAddress) {
    this.peer = peer;
  }
}

const noExchanges: ReadonlySet<Exchange> = new Set();

/** The connections of a gateway, and the number of their open exchanges. */
export class Connections {
  readonly #addresses: AddressReader;
  readonly #known = new WeakMap<Duplex, Connection>();
  #open = 0;
  #onIdle: (() => void) | null = null;

  constructor(addresses: AddressReader) {
    this.#addresses = addresses;
  }

  /** The connection of a socket that a request came on. */
  of(socket: Socket): Connection {
    const known = this.#known.get(socket);
    if (known !== undefined) return known;
    const connection = new Connection(this.#addresses.peer(socket.remoteAddress));
    this.#known.set(socket, connection);
    socket.on('close', () => {
      for (const { response, clientGone } of connection.open) if (!response.finished) clientGone.abort();
    });
    return connection;
  }

  /** The open exchanges of a socket; none where no request came yet. */
  openOn(socket: Duplex): ReadonlySet<Exchange> {
    return this.#known.get(socket)?.open ?? noExchanges;
  }

  /** Whether the socket closes with an answer that was sent. */
  ends(socket: Duplex): boolean {
    return this.#known.get(socket)?.ends === true;
  }

  /** The exchange waits for something from now on. */
  open(exchange: Exchange): void {
    const { open } = exchange.connection;
    if (open.has(exchange)) return;
    open.add(exchange);
    this.#open += 1;
  }

  /** The exchange is over; it may never have been open. */
  close(exchange: Exchange): void {
    if (!exchange.connection.open.delete(exchange)) return;
    this.#open -= 1;
    if (this.#open === 0) this.#onIdle?.();
  }

  /** Resolves when no exchange is open, or `waitMs` have passed. */
  idle(waitMs: number): Promise<void> {
    if (this.#open === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(done, waitMs);
      function done(): void {
        clearTimeout(timer);
        resolve();
      }
      this.#onIdle = done;
    });
  }
}
