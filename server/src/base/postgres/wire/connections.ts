/** All of a node's connections that are spoken to directly: shared ones by database, and those lent to one run. */
import type { PoolClient } from 'pg';
import { WireConnection } from './connection.ts';
import { ReadLane, WriteLane } from './lane.ts';
import { ConnectionLost, type Operation } from './operation.ts';
import type { WireClient } from './socket.ts';

/** Statements are looked after so often. */
const lookEveryMs = 25;
const stallMs = 20;
const readLane = { most: 4, growAt: 32, stallMs };
const writeLane = { most: 2, growAt: 64, stallMs };

export interface WireOptions {
  readonly clock: () => number;
  /** A connection without work is given up after so long. */
  readonly idleMs: number;
}

/** The shared connections of one database and role. */
export class SharedConnections {
  readonly #reads: ReadLane;
  readonly #writes: WriteLane;

  constructor(lend: () => Promise<PoolClient & WireClient>, { clock, idleMs }: WireOptions) {
    this.#reads = new ReadLane({ ...readLane, lend, clock, idleMs });
    this.#writes = new WriteLane({ ...writeLane, lend, clock, idleMs });
  }

  /** A read that is known to be short; it is sent with all others of this turn. */
  read(operation: Operation): void {
    this.#reads.push(operation);
  }

  /** A write of one row that may share its commit with others; it is answered after it. */
  insert(operation: Operation): void {
    this.#writes.push(operation);
  }

  /** Connections, those being opened included. */
  get size(): number {
    return this.#reads.size + this.#writes.size;
  }

  /** Whether operations wait for a connection. */
  get waits(): boolean {
    return this.#reads.waits || this.#writes.waits;
  }

  /** Ends what is beyond its time. */
  look(now: number): void {
    this.#reads.look(now);
    this.#writes.look(now);
  }

  /** Gives up a connection that another database needs more; `last`: even the only one. */
  giveUp(last: boolean): boolean {
    return this.#writes.giveUp(last) || this.#reads.giveUp(last);
  }

  close(): void {
    this.#reads.close();
    this.#writes.close();
  }
}

/** What happens on a connection that one run has for itself. */
class OwnConnection {
  readonly wire: WireConnection;

  constructor(client: WireClient, clock: () => number) {
    this.wire = new WireConnection(
      client,
      { again: (operations) => this.#again(operations), ready: () => {}, lost: () => {} },
      clock,
    );
  }

  #again(operations: readonly Operation[]): void {
    for (const operation of operations)
      if (this.wire.isLost) operation.failed(new ConnectionLost('it was closed'));
      else this.wire.send([operation], true);
  }
}

export class WireConnections {
  readonly #options: WireOptions;
  readonly #shared = new Map<string, SharedConnections>();
  readonly #own = new Map<WireClient, OwnConnection>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: WireOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#look(), lookEveryMs);
    this.#timer.unref();
  }

  /** The shared connections of a key, made when first asked for. */
  shared(key: string, lend: () => Promise<PoolClient & WireClient>): SharedConnections {
    let shared = this.#shared.get(key);
    if (shared === undefined) {
      shared = new SharedConnections(lend, this.#options);
      this.#shared.set(key, shared);
    }
    return shared;
  }

  /** A client that is lent to one run, spoken to directly. */
  own(client: WireClient): WireConnection {
    let own = this.#own.get(client);
    if (own === undefined) {
      own = new OwnConnection(client, this.#options.clock);
      this.#own.set(client, own);
      client.once('end', () => this.#own.delete(client));
    }
    return own.wire;
  }

  /** The same where it was ever asked for. */
  ownIfAny(client: WireClient): WireConnection | undefined {
    return this.#own.get(client)?.wire;
  }

  /** Makes a shared connection free for somebody who has none of `key` (or fewer than others). */
  giveUpFor(key: string): void {
    const others = [...this.#shared].filter(([name]) => name !== key).sort(([, a], [, b]) => b.size - a.size);
    if (others.some(([, shared]) => shared.giveUp(false))) return;
    others.some(([, shared]) => shared.giveUp(true));
  }

  /** Closes shared connections whose key begins so. */
  closeFor(prefix: string): void {
    for (const [key, shared] of this.#shared)
      if (key.startsWith(prefix)) {
        shared.close();
        this.#shared.delete(key);
      }
  }

  stop(): void {
    clearInterval(this.#timer);
    this.closeFor('');
  }

  #look(): void {
    const now = this.#options.clock();
    for (const [key, shared] of this.#shared) {
      shared.look(now);
      // A database that nobody asks any more leaves nothing behind.
      if (shared.size === 0 && !shared.waits) this.#shared.delete(key);
    }
    for (const { wire } of this.#own.values()) if (!wire.idle) wire.look(now);
  }
}
