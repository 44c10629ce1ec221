/** The connections of a gateway that have sent nothing but plain requests so far. */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import type { ClientLimits } from '../parts.ts';
import { PlainConnection, type PlainHost } from './connection.ts';
import { keepAliveLines } from './response.ts';

/** What is done with requests, and with clients that send none. */
export interface PlainEvents {
  readonly accept: PlainHost['accept'];
  /** A new connection has sent nothing in time. */
  late(socket: Socket): void;
}

export class PlainConnections {
  readonly #server: Server;
  readonly #open = new Set<PlainConnection>();
  readonly #limits: ClientLimits;
  readonly #clock: Clock;
  readonly #events: PlainEvents;
  readonly #timer: NodeJS.Timeout;

  /** Comes between a server and its connections: node:http's own reader gets those that this one hands over. */
  constructor(server: Server, limits: ClientLimits, clock: Clock, events: PlainEvents) {
    this.#server = server;
    this.#limits = limits;
    this.#clock = clock;
    this.#events = events;
    const host: PlainHost = {
      keepAlive: keepAliveLines(limits.keepAliveMs),
      idleMs: limits.idleMs,
      accept: events.accept,
      handOver: this.#nodeReader(),
      forget: (connection) => this.#open.delete(connection),
    };
    server.on('connection', (socket: Socket) => this.#open.add(new PlainConnection(socket, host)));
    this.#timer = setInterval(() => this.#lookForIdle(), limits.checkMs).unref();
  }

  /** Takes node:http's listener off the server. */
  #nodeReader(): (socket: Socket) => void {
    const readers = this.#server.listeners('connection');
    this.#server.removeAllListeners('connection');
    return (socket) => {
      for (const reader of readers) reader.call(this.#server, socket);
    };
  }

  #lookForIdle(): void {
    const now = this.#clock.monotonic();
    for (const connection of this.#open) {
      const { ms, first } = connection.idleMs(now);
      if (first && ms > this.#limits.headersMs) this.#events.late(connection.socket);
      else if (!first && ms > this.#limits.keepAliveMs) connection.socket.destroy();
    }
  }

  /** Closes those that wait for a request. */
  closeIdle(): void {
    for (const connection of this.#open) if (connection.idle) connection.socket.destroy();
  }

  /** Closes all, and looks after none any more. */
  closeAll(): void {
    clearInterval(this.#timer);
    for (const connection of this.#open) connection.socket.destroy();
  }
}
