/**
 * Connections of workspaces: opened when needed, closed when idle, under one cap for the node. A client is lent whole; when the
 * cap is reached, the least recently used idle one makes room, and whoever still finds none waits in line up to a deadline.
 */
import { errorOf } from '@ashlar/engine';
import { Client, type ClientConfig, type PoolClient } from 'pg';
import { connectionLost, databaseError, databaseUnavailable } from './errors.ts';
import type { WireConnections } from './wire/index.ts';

/** A client that is lent; `release(true)` closes it instead of keeping it. */
export class LentClient extends Client implements PoolClient {
  readonly key: string;
  idleSinceMs = 0;
  lent = true;
  broken = false;
  release: (broken?: Error | boolean) => void = () => {};

  constructor(key: string, config: ClientConfig) {
    super(config);
    this.key = key;
  }
}

export interface PoolsOptions {
  /** Connections of this node for all workspaces together. */
  readonly maxConnections: number;
  /** An idle connection is closed after so long. */
  readonly idleMs: number;
  readonly monotonic: () => number;
  /** Those of the node's clients that are spoken to directly. */
  readonly wires?: WireConnections;
}

interface Waiter {
  readonly key: string;
  /** For a connection that many requests share. */
  readonly shared: boolean;
  readonly config: () => ClientConfig;
  readonly resolve: (client: LentClient) => void;
  readonly reject: (error: unknown) => void;
  readonly timer: NodeJS.Timeout;
}

/** Of all connections, these are not for whoever has some already: slow statements of one database must leave room for the others. */
const reservedShare = 0.2;
/**
 * One database and role has no more of them: slow statements of one leave the rest alone, and PostgreSQL finishes sooner what it
 * has in hand than what it is given all at once.
 */
const largestShare = 0.4;
/** A node with fewer connections needs each of them. */
const reserveFrom = 10;
/** What a database and role may have of the reserve, too. */
const fewConnections = 4;

/** So often whoever waits asks again for a shared connection. */
const askEveryMs = 25;

/** All pools of a node. */
export class Pools {
  readonly #options: PoolsOptions;
  /** Least recently used first. */
  readonly #idle: LentClient[] = [];
  readonly #all = new Set<LentClient>();
  readonly #waiters: Waiter[] = [];
  readonly #sweeper: NodeJS.Timeout;
  readonly #asker: NodeJS.Timeout;
  #closed = false;

  constructor(options: PoolsOptions) {
    this.#options = options;
    this.#sweeper = setInterval(() => this.#closeIdle(), Math.max(50, options.idleMs / 4));
    this.#sweeper.unref();
    this.#asker = setInterval(() => this.#askForRoom(), askEveryMs);
    this.#asker.unref();
  }

  /** Open connections, those being opened included. */
  get size(): number {
    return this.#all.size;
  }

  /**
   * Lends a client for `key` (one database and role), made from `config` where none is idle. Throws `database_unavailable` after
   * `waitMs` without one, and at once where the server can't be reached.
   * @param shared it will be shared by many requests, so it may be one of the reserve
   */
  lend(key: string, config: () => ClientConfig, waitMs: number, shared = false): Promise<LentClient> {
    if (this.#closed) return Promise.reject(errorOf(databaseUnavailable, {}));
    const kept = this.#takeIdle(key);
    if (kept !== null) return Promise.resolve(kept);
    if (this.#makeRoom(key, shared)) return this.#open(key, config());
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => {
          this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
          reject(errorOf(databaseUnavailable, {}));
        },
        Math.max(0, waitMs),
      );
      const waiter: Waiter = { key, shared, config, resolve, reject, timer };
      this.#waiters.push(waiter);
      this.#askForRoom();
    });
  }

  /** An idle client, if there is one: without a promise. */
  lendIdle(key: string): LentClient | null {
    return this.#closed ? null : this.#takeIdle(key);
  }

  /** Closes idle connections whose key begins so: before a database is dropped. */
  async closeFor(prefix: string): Promise<void> {
    await Promise.all(this.#idle.filter((client) => client.key.startsWith(prefix)).map((client) => this.#close(client)));
  }

  /** Closes everything; lent clients are closed when they come back, and cut off after `graceMs`. */
  async stop(graceMs = 5_000): Promise<void> {
    this.#closed = true;
    clearInterval(this.#sweeper);
    clearInterval(this.#asker);
    for (const waiter of this.#waiters.splice(0)) {
      clearTimeout(waiter.timer);
      waiter.reject(errorOf(databaseUnavailable, {}));
    }
    await Promise.all([...this.#idle].map((client) => this.#close(client)));
    const end = this.#options.monotonic() + graceMs;
    while (this.#all.size > 0 && this.#options.monotonic() < end) await new Promise((resolve) => setTimeout(resolve, 10));
    await Promise.all([...this.#all].map((client) => this.#close(client)));
  }

  #takeIdle(key: string): LentClient | null {
    // One that was lost a moment ago is about to be closed.
    const index = this.#idle.findLastIndex(
      (client) => client.key === key && this.#options.wires?.ownIfAny(client)?.isLost !== true,
    );
    const client = this.#idle[index];
    if (client === undefined) return null;
    this.#idle.splice(index, 1);
    client.lent = true;
    return client;
  }

  /** Whether there is a place for one more. */
  #mayOpen(key: string, shared: boolean): boolean {
    const { maxConnections } = this.#options;
    const free = maxConnections - this.#all.size;
    const isSmall = maxConnections < reserveFrom;
    if (free <= 0 || this.#hasMost(key, shared)) return false;
    return isSmall || shared || free > Math.floor(maxConnections * reservedShare) || this.#count(key) < fewConnections;
  }

  /** Whether a database and role has as many as one may have. */
  #hasMost(key: string, shared: boolean): boolean {
    const { maxConnections } = this.#options;
    return !shared && maxConnections >= reserveFrom && this.#count(key) >= Math.floor(maxConnections * largestShare);
  }

  #count(key: string): number {
    let count = 0;
    for (const client of this.#all) if (client.key === key) count += 1;
    return count;
  }

  /** True when one more may be opened; closes the least recently used idle one for that. */
  #makeRoom(key: string, shared: boolean): boolean {
    if (this.#mayOpen(key, shared)) return true;
    if (this.#hasMost(key, shared)) return false;
    const oldest = this.#idle[0];
    if (oldest === undefined) return false;
    void this.#close(oldest);
    return true;
  }

  async #open(key: string, config: ClientConfig): Promise<LentClient> {
    const client = new LentClient(key, config);
    this.#all.add(client);
    client.on('error', () => {
      client.broken = true;
      if (!client.lent) void this.#close(client);
    });
    client.on('end', () => {
      client.broken = true;
      if (!client.lent) void this.#close(client);
    });
    // FATAL is the server's last word; the end of the connection itself is noticed only a moment later.
    client.connection.on('errorMessage', (message: { readonly severity?: string }) => {
      if (message.severity === 'FATAL') client.broken = true;
    });
    client.release = (broken) => this.#release(client, broken !== undefined && broken !== false);
    try {
      await client.connect();
    } catch (error) {
      void this.#close(client);
      throw connectionLost(error) ? errorOf(databaseUnavailable, {}, { cause: error }) : databaseError(error);
    }
    return client;
  }

  #release(client: LentClient, broken: boolean): void {
    if (!client.lent) throw new Error('a connection was given back twice');
    client.lent = false;
    // An open transaction must not reach the next borrower.
    const clean = !broken && !client.broken && !this.#closed && this.#isIdle(client);
    if (!clean) {
      void this.#close(client);
      return;
    }
    const next = this.#nextFor(client.key);
    if (next === undefined) {
      client.idleSinceMs = this.#options.monotonic();
      this.#idle.push(client);
    } else if (next.key === client.key) {
      this.#leaveLine(next);
      client.lent = true;
      next.resolve(client);
    } else void this.#close(client, next);
  }

  #isIdle(client: LentClient): boolean {
    const wire = this.#options.wires?.ownIfAny(client);
    return wire === undefined ? client.getTransactionStatus() === 'I' : wire.idle && !wire.isLost && wire.status === 'I';
  }

  /**
   * Who gets a connection of `key` that came back. Its own line, for opening another costs many times a short query; but one of
   * another key first that has none at all, or less than its share while `key` has more.
   */
  #nextFor(key: string): Waiter | undefined {
    if (this.#waiters.length === 0) return undefined;
    const { open, share } = this.#shares();
    const rich = (open.get(key) ?? 0) > share;
    const starving = this.#waiters.find((waiter) => {
      const has = open.get(waiter.key) ?? 0;
      return waiter.key !== key && (has === 0 || (rich && has < share));
    });
    return starving ?? this.#waiters.find((waiter) => waiter.key === key) ?? this.#waiters[0];
  }

  /** Connections by key, and how many each key may have that is open or waits. */
  #shares(): { readonly open: ReadonlyMap<string, number>; readonly share: number } {
    const open = new Map<string, number>();
    for (const client of this.#all) open.set(client.key, (open.get(client.key) ?? 0) + 1);
    const keys = new Set([...open.keys(), ...this.#waiters.map((waiter) => waiter.key)]);
    return { open, share: Math.max(1, Math.floor(this.#options.maxConnections / keys.size)) };
  }

  /** Shared connections are kept, not given back: whoever waits has them given up. */
  #askForRoom(): void {
    const { wires } = this.#options;
    if (wires === undefined || this.#waiters.length === 0) return;
    const { open, share } = this.#shares();
    const has = (waiter: Waiter): number => open.get(waiter.key) ?? 0;
    const waiter = this.#waiters.find((one) => has(one) < share) ?? this.#waiters[0];
    if (waiter !== undefined) wires.giveUpFor(waiter.key, has(waiter), has(waiter) < share);
  }

  #leaveLine(waiter: Waiter): void {
    this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
    clearTimeout(waiter.timer);
  }

  /** Closes a client and gives its place to `next`, or to the first in line who may have it. */
  async #close(client: LentClient, next?: Waiter): Promise<void> {
    if (!this.#all.delete(client)) return;
    const index = this.#idle.indexOf(client);
    if (index !== -1) this.#idle.splice(index, 1);
    const served = next ?? this.#waiters.find(({ key, shared }) => this.#mayOpen(key, shared));
    if (served !== undefined) this.#serve(served);
    await client.end().catch(() => {});
  }

  #serve(waiter: Waiter): void {
    if (this.#closed || this.#all.size >= this.#options.maxConnections) return;
    this.#leaveLine(waiter);
    this.#open(waiter.key, waiter.config()).then(waiter.resolve, waiter.reject);
  }

  #closeIdle(): void {
    const oldest = this.#options.monotonic() - this.#options.idleMs;
    for (const client of this.#idle.filter((kept) => kept.idleSinceMs < oldest)) void this.#close(client);
  }
}
