/** Connections that many requests share for one kind of operation, and the line in front of them. */
import type { PoolClient } from 'pg';
import type { WireConnection } from './connection.ts';
import { ConnectionLost, mustStop, type Operation, OperationStopped } from './operation.ts';
import type { WireClient } from './socket.ts';

export interface LaneOptions {
  /** A client of the pools; rejects where none is to be had. */
  readonly lend: () => Promise<PoolClient & WireClient>;
  /** It, spoken to directly. */
  readonly wireOf: (client: WireClient) => WireConnection;
  /** Connections at most. */
  readonly most: number;
  /** Another connection is opened when so many operations wait on the least busy one. */
  readonly growAt: number;
  /** An operation that takes longer keeps nobody waiting behind it: they go to another connection. */
  readonly stallMs: number;
  /** A connection without work is given up after so long. */
  readonly idleMs: number;
  readonly clock: () => number;
}

/** Whatever happens to connections and neighbours, an operation is sent no more often. */
const mostAttempts = 4;
/** Operations under one Sync. */
const mostInGroup = 128;
/** Where there are connections, and no further one could be opened: the next attempt comes after so long. */
const reopenMs = 100;

/** `spare`: never the last; `idle`: the last one only without work; `any`. */
export type GivenUp = 'spare' | 'idle' | 'any';

interface Member {
  readonly client: PoolClient;
  readonly wire: WireConnection;
  /** An operation on it takes long: it gets no more until that is over. */
  stalled: boolean;
  /** It is given up as soon as nothing is under way on it. */
  leaving: boolean;
  usedAt: number;
}

/** What reads and writes have in common: connections that come and go, a line, one sending at the end of each turn. */
abstract class Lane {
  protected readonly options: LaneOptions;
  protected readonly members: Member[] = [];
  protected line: Operation[] = [];
  /** Those that share a Sync with nobody; they go before the line. */
  #alone: Operation[] = [];
  /** Called before what waits is sent: the last chance to add to it. */
  beforeSending: (() => void) | null = null;
  #opening = 0;
  #opensAt = Number.NEGATIVE_INFINITY;
  #scheduled = false;
  #closed = false;

  constructor(options: LaneOptions) {
    this.options = options;
  }

  /** Connections, those being opened included. */
  get size(): number {
    return this.members.length + this.#opening;
  }

  /** Takes an operation; it is sent at the end of this turn with all others, or when there is a connection for it. */
  push(operation: Operation): void {
    if (this.#closed) {
      operation.failed(new ConnectionLost('the connections were closed'));
      return;
    }
    this.line.push(operation);
    this.schedule();
  }

  /** Ends what is beyond its time, and looks after the connections. */
  look(now: number): void {
    this.#dropStopped(now);
    for (const member of [...this.members]) {
      if (!member.stalled && member.wire.unstall(now, this.options.stallMs)) member.stalled = true;
      const idle = member.wire.idle && now - member.usedAt > this.options.idleMs;
      if (member.wire.idle && (idle || member.leaving)) this.#leave(member);
    }
    // At once, before what goes its own way from now on takes all connections that there are.
    if (this.#useful.length === 0 && this.members.some(({ stalled }) => stalled)) this.#grow();
    if (this.waits) this.schedule();
  }

  /** Gives up a connection that somebody else needs more: an idle one at once, another when its work is done. */
  giveUp(which: GivenUp): boolean {
    const useful = this.#useful;
    const [one] = useful;
    const isLast = useful.length === 1;
    if (one === undefined || (isLast && which === 'spare')) return false;
    const idle = this.waits ? undefined : useful.find(({ wire }) => wire.idle);
    if (idle !== undefined) this.#leave(idle);
    else if (isLast && which !== 'any') return false;
    else one.leaving = true;
    return true;
  }

  /** One is given up as soon as its work is done. */
  get isGivingUp(): boolean {
    return this.members.some(({ leaving }) => leaving);
  }

  /** Closes every connection; what waits fails. */
  close(): void {
    this.#closed = true;
    this.#failAll(new ConnectionLost('the connections were closed'));
    for (const member of [...this.members]) this.#leave(member);
  }

  /** Sends at the end of this turn, even if nothing waits yet. */
  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.beforeSending?.();
      this.#scheduled = false;
      this.#dispatch();
    });
  }

  /** Whether operations are answered only when their group is committed. */
  protected abstract readonly held: boolean;
  /** Whether a member takes operations at the moment. */
  protected abstract takes(member: Member): boolean;

  #again(operations: readonly Operation[], alone: boolean): void {
    const going = operations.filter((operation) => this.#mayGoAgain(operation));
    if (alone) this.#alone.push(...going);
    else this.line.unshift(...going);
    this.schedule();
  }

  /** Whether it is to be sent here once more; else it has failed, or gone elsewhere. */
  #mayGoAgain(operation: Operation): boolean {
    if (operation.attempts < mostAttempts && !this.#closed) return operation.elsewhere?.() !== true;
    operation.failed(new ConnectionLost('it was lost again and again'));
    return false;
  }

  #takeGroup(): Operation[] {
    const first = this.#alone.shift();
    if (first !== undefined) return [first];
    return this.line.length <= mostInGroup ? this.line.splice(0) : this.line.splice(0, mostInGroup);
  }

  /** No connection, and nothing that will need one. */
  get unused(): boolean {
    return this.size === 0 && !this.waits && !this.#scheduled;
  }

  /** Whether operations wait for a connection. */
  get waits(): boolean {
    return this.line.length > 0 || this.#alone.length > 0;
  }

  #dispatch(): void {
    if (!this.waits) return;
    this.#dropStopped(this.options.clock());
    while (this.waits) {
      const member = this.#leastBusy();
      if (member === undefined) break;
      member.usedAt = this.options.clock();
      member.wire.send(this.#takeGroup(), this.held);
      if (member.wire.pending >= this.options.growAt) this.#grow();
    }
    if (this.waits) this.#grow();
  }

  /** Not those that are stalled or leaving: what waits needs another. */
  get #useful(): readonly Member[] {
    return this.members.filter(({ stalled, leaving }) => !stalled && !leaving);
  }

  #leastBusy(): Member | undefined {
    let least: Member | undefined;
    for (const member of this.members)
      if (!member.leaving && member.wire.writable && this.takes(member))
        if (least === undefined || member.wire.pending < least.wire.pending) least = member;
    return least;
  }

  #dropStopped(now: number): void {
    const late = (operation: Operation): boolean => mustStop(operation, now);
    if (!this.line.some(late) && !this.#alone.some(late)) return;
    const stopped = new Set([...this.#alone, ...this.line].filter(late));
    this.line = this.line.filter((operation) => !stopped.has(operation));
    this.#alone = this.#alone.filter((operation) => !stopped.has(operation));
    for (const operation of stopped) operation.failed(new OperationStopped(false));
  }

  #grow(): void {
    if (this.#closed || this.#opening > 0 || this.#useful.length >= this.options.most) return;
    if (this.options.clock() < this.#opensAt) return;
    this.#opening += 1;
    this.options
      .lend()
      .then(
        (client) => this.#join(client),
        (error: unknown) => this.#failWaiting(error),
      )
      .finally(() => {
        this.#opening -= 1;
        if (this.waits) this.schedule();
      });
  }

  #join(client: PoolClient & WireClient): void {
    const wire = this.options.wireOf(client);
    if (this.#closed || wire.isLost) {
      client.release(true);
      return;
    }
    const member: Member = {
      client,
      wire,
      stalled: false,
      leaving: false,
      usedAt: this.options.clock(),
    };
    member.wire.owner = {
      again: (operations, alone) => this.#again(operations, alone),
      ready: () => {
        member.stalled = false;
        if (this.waits) this.schedule();
      },
      lost: () => {
        this.#leave(member);
        if (this.waits) this.schedule();
      },
    };
    this.members.push(member);
  }

  /** No connection is to be had: where there is none at all, nobody need wait for one. */
  #failWaiting(error: unknown): void {
    if (this.members.length > 0) this.#opensAt = this.options.clock() + reopenMs;
    else this.#failAll(error);
  }

  #failAll(error: unknown): void {
    for (const operation of [...this.#alone.splice(0), ...this.line.splice(0)]) operation.failed(error);
  }

  #leave(member: Member): void {
    const index = this.members.indexOf(member);
    if (index === -1) return;
    this.members.splice(index, 1);
    if (!member.wire.isLost) member.wire.abandon('it was given up');
    member.client.release(true);
  }
}

/** Reads: all of a turn under one Sync, answered as they come. */
export class ReadLane extends Lane {
  protected readonly held = false;

  protected takes(member: Member): boolean {
    return !member.stalled;
  }
}

/**
 * Inserts: all that wait under one Sync, so that they share one commit; while a commit is under way the next group gathers.
 * After a failure each goes under a Sync of its own.
 */
export class WriteLane extends Lane {
  protected readonly held = true;

  protected takes(member: Member): boolean {
    return member.wire.idle;
  }
}
