/** All of a node's connections that are spoken to directly: shared ones by database, and those lent to one run. */
import type { PoolClient } from 'pg';
import { WireConnection } from './connection.ts';
import { type GivenUp, type LaneOptions, ReadLane, WriteLane } from './lane.ts';
import { ConnectionLost, type Operation } from './operation.ts';
import type { ConnectionOwner } from './owner.ts';
import type { WireClient } from './socket.ts';

/** Statements are looked after so often. */
const lookEveryMs = 25;
const stallMs = 100;
const readLane = { most: 4, growAt: 32, stallMs };
/** A group of writes takes as long as all of them, and to undo one for nothing costs a commit for each. */
const writeLane = { most: 2, growAt: 64, stallMs: 250 };

export interface WireOptions {
  readonly clock: () => number;
  /** A connection without work is given up after so long. */
  readonly idleMs: number;
}

/** The shared connections of one database and role. */
export class SharedConnections {
  readonly #reads: ReadLane;
  readonly #writes: WriteLane;

  constructor(options: Pick<LaneOptions, 'lend' | 'wireOf' | 'clock' | 'idleMs'>) {
    this.#reads = new ReadLane({ ...readLane, ...options });
    this.#writes = new WriteLane({ ...writeLane, ...options });
  }

  /** A read that is known to be short; it is sent with all others of this turn. */
  read(operation: Operation): void {
    this.#reads.push(operation);
  }

  /** `add` is called at the end of each turn that has reads, before they are sent: it may add to them. */
  beforeSending(add: () => void): void {
    this.#reads.beforeSending = add;
  }

  /** Reads will be added at the end of this turn. */
  soon(): void {
    this.#reads.schedule();
  }

  /** A write of one row that may share its commit with others; it is answered after it. */
  insert(operation: Operation): void {
    this.#writes.push(operation);
  }

  /** Connections, those being opened included. */
  get size(): number {
    return this.#reads.size + this.#writes.size;
  }

  /** No connection, and nothing that will need one. */
  get unused(): boolean {
    return this.#reads.unused && this.#writes.unused;
  }

  /** Ends what is beyond its time. */
  look(now: number): void {
    this.#reads.look(now);
    this.#writes.look(now);
  }

  /** Gives up a connection that somebody else needs more. */
  giveUp(which: GivenUp): boolean {
    return this.#writes.giveUp(which) || this.#reads.giveUp(which);
  }

  /** One is given up as soon as its work is done. */
  get isGivingUp(): boolean {
    return this.#writes.isGivingUp || this.#reads.isGivingUp;
  }

  close(): void {
    this.#reads.close();
    this.#writes.close();
  }
}

/** On a connection that one run has for itself: what did nothing goes again at once. */
function ownerAlone(wire: WireConnection): ConnectionOwner {
  const again = (operations: readonly Operation[]): void => {
    for (const operation of operations)
      if (wire.isLost) operation.failed(new ConnectionLost('it was closed'));
      else wire.send([operation], true);
  };
  return { again, ready: () => {}, lost: () => {} };
}

export class WireConnections {
  readonly #options: WireOptions;
  readonly #shared = new Map<string, SharedConnections>();
  readonly #wires = new Map<WireClient, WireConnection>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: WireOptions) {
    this.#options = options;
    // After what has arrived was read: where the process itself was busy for long, nobody else is to blame.
    this.#timer = setInterval(() => setImmediate(() => this.#look()), lookEveryMs);
    this.#timer.unref();
  }

  /** The shared connections of a key, made when first asked for. */
  shared(key: string, lend: () => Promise<PoolClient & WireClient>): SharedConnections {
    let shared = this.#shared.get(key);
    if (shared === undefined) {
      shared = new SharedConnections({ ...this.#options, lend, wireOf: (client) => this.#wireOf(client) });
      this.#shared.set(key, shared);
    }
    return shared;
  }

  /** A client that is lent to one run, spoken to directly. */
  own(client: WireClient): WireConnection {
    return this.#wireOf(client);
  }

  /** The same where it was ever asked for. */
  ownIfAny(client: WireClient): WireConnection | undefined {
    return this.#wires.get(client);
  }

  /**
   * Makes a shared connection free for somebody who waits for one of `key`, one at a time.
   * @param open connections of the key
   * @param poor whether it has less than its share: others then give up even what they work with
   */
  giveUpFor(key: string, open: number, poor: boolean): void {
    if ([...this.#shared.values()].some(({ isGivingUp }) => isGivingUp)) return;
    const others = [...this.#shared].filter(([name]) => name !== key).sort(([, a], [, b]) => b.size - a.size);
    const own = this.#shared.get(key);
    if (others.some(([, shared]) => shared.giveUp('idle')) || own?.giveUp('spare')) return;
    if (poor && others.some(([, shared]) => shared.giveUp('any'))) return;
    // Where none comes back to the pool, its own shared ones are all that there is.
    if (own !== undefined && open <= own.size) own.giveUp('any');
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
      if (shared.unused) this.#shared.delete(key);
    }
    for (const wire of this.#wires.values()) if (!wire.idle) wire.look(now);
  }

  /** One for each client, whoever has it: it knows what is prepared in the session. */
  #wireOf(client: WireClient): WireConnection {
    const known = this.#wires.get(client);
    if (known !== undefined) return known;
    const wire = new WireConnection(client, this.#options.clock);
    wire.owner = ownerAlone(wire);
    this.#wires.set(client, wire);
    client.once('end', () => this.#wires.delete(client));
    return wire;
  }
}
