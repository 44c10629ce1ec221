/**
 * A connection that `pg` opened and authenticated, spoken to directly: prepared statements sent in groups, their rows handed
 * over as bytes. States and messages are described in README.md.
 */
import type { DatabaseError } from 'pg';
import { cancelStatement } from './cancel.ts';
import { Entry, Group } from './group.ts';
import { countOf, isFatal, Received, readError, type SessionStatus, statusOf } from './messages.ts';
import { ConnectionLost, mustStop, type Operation, OperationStopped } from './operation.ts';
import { type ConnectionOwner, nobody } from './owner.ts';
import { MessageReader } from './reader.ts';
import { Socket, type WireClient } from './socket.ts';
import { PreparedStatements } from './statements.ts';
import { MessageWriter } from './writer.ts';

/** After a cancellation PostgreSQL has so long to answer; then the connection is given up. */
const patienceMs = 500;
/** A cancellation may hit what runs next; an operation that was hit within this time is sent again. */
const strayCancelMs = 2_000;

/** SQLSTATE of "cached plan must not change result type", of an unknown prepared statement, and of a cancelled one. */
const resultTypeChanged = '0A000';
const statementGone = '26000';
const queryCanceled = '57014';

export class WireConnection {
  readonly #client: WireClient;
  #owner: ConnectionOwner = nobody;
  readonly #clock: () => number;
  readonly #socket: Socket;
  readonly #writer = new MessageWriter();
  readonly #reader: MessageReader;
  readonly #statements = new PreparedStatements();
  /** Sent and not over, in order. */
  readonly #groups: Group[] = [];
  #pending = 0;
  /** What the next group begins with. */
  #opening: readonly Operation[] = [];
  readonly #settling: (() => void)[] = [];
  #status: SessionStatus = 'I';
  #lost = false;
  /** When the last answer came, for how long the next one took. */
  #answeredAt = 0;
  #cancelledAt = Number.NEGATIVE_INFINITY;

  /** @param clock milliseconds, monotonic */
  constructor(client: WireClient, clock: () => number) {
    this.#client = client;
    this.#clock = clock;
    this.#reader = new MessageReader(
      (type, bytes, start, end) => this.#take(type, bytes, start, end),
      (reason) => this.abandon(`it sent ${reason}`),
    );
    this.#socket = new Socket(client, {
      data: (chunk) => this.#reader.read(chunk),
      drain: () => this.#owner.ready(),
      closed: (error) => this.#lose(new ConnectionLost(error?.message ?? 'it was closed', error)),
    });
  }

  /** Who is told from now on; without an owner, what could be sent again fails. */
  set owner(owner: ConnectionOwner | null) {
    this.#owner = owner ?? nobody;
  }

  /** Operations that were sent and have no outcome. */
  get pending(): number {
    return this.#pending;
  }
  /** Nothing is under way. */
  get idle(): boolean {
    return this.#groups.length === 0;
  }
  /** Of the session, whoever spoke to it last. */
  get status(): SessionStatus | null {
    return this.#socket.attached ? this.#status : this.#client.getTransactionStatus();
  }
  get isLost(): boolean {
    return this.#lost;
  }
  /** Whether the socket takes more: a slow network must not fill the memory. */
  get writable(): boolean {
    return !this.#lost && !this.#socket.full;
  }

  /**
   * Sends operations under one Sync, in one write. What fails, fails through the operations.
   * @param held whether they are answered only after the commit
   */
  send(operations: readonly Operation[], held: boolean): void {
    const opening = this.#opening;
    this.#opening = [];
    if (opening.length === 0) this.#send(operations, held, false);
    else this.#send([...opening, ...operations], true, true);
  }

  /**
   * What is sent next is to begin with these, under the same Sync: where one of them fails, PostgreSQL executes nothing of the
   * group, so that no statement runs outside of the transaction that it belongs to.
   */
  open(operations: readonly Operation[]): void {
    this.#opening = operations;
  }

  #send(operations: readonly Operation[], held: boolean, chained: boolean): void {
    if (this.#lost) {
      for (const operation of operations) operation.failed(new ConnectionLost('it was closed before'));
      return;
    }
    if (!this.#socket.attached) this.#attach();
    if (this.#groups.length === 0) this.#answeredAt = this.#clock();
    this.#groups.push(
      new Group(
        operations.map((operation) => this.#entry(operation)),
        held,
        chained,
      ),
    );
    this.#pending += operations.length;
    this.#writer.sync();
    this.#socket.write(this.#writer);
  }

  /** Resolves when all that was sent or opened is over, or the connection is lost. */
  settled(): Promise<void> {
    if (this.#opening.length > 0) this.send([], true);
    if (this.idle) return Promise.resolve();
    return new Promise((resolve) => this.#settling.push(resolve));
  }

  /** Gives the socket back to `pg`, for what this client does not speak. Only while nothing is under way. */
  detach(): void {
    if (!this.idle || !this.#reader.empty) throw new Error('a connection with operations under way was detached');
    this.#socket.detach();
  }

  /** Closes the connection at once. */
  abandon(reason: string): void {
    this.#socket.destroy();
    this.#lose(new ConnectionLost(reason));
  }

  /** Ends what is beyond its time; called again and again while something is under way. */
  look(now: number): void {
    const head = this.#groups[0]?.awaited;
    // A head whose asker has gone keeps those behind it waiting.
    if (head !== undefined && (!head.live || mustStop(head.operation, now))) this.#stopHead(head, now);
    for (const group of this.#groups)
      for (let i = group.next; i < group.entries.length && !this.#lost; i += 1) {
        const entry = group.entries[i];
        if (entry === undefined || entry === head || !entry.live) continue;
        // A write is stopped when its turn has come: until then nobody can tell whether it was executed.
        if (entry.operation.repeatable) {
          if (mustStop(entry.operation, now)) this.#finish(entry, () => entry.failed(new OperationStopped(false)));
        } else if (now - entry.operation.deadlineAt > 2 * patienceMs) this.abandon('a statement waited beyond its deadline');
      }
  }

  /**
   * Takes back what waits behind an operation that has run for longer than `stallMs`: reads, to be sent elsewhere. The answers of
   * a group leave PostgreSQL at its end: which of several reads takes long shows when each goes under a Sync of its own. Writes of
   * one group are cancelled together, to go each alone.
   * @returns whether the connection is stalled
   */
  unstall(now: number, stallMs: number): boolean {
    const [group, ...others] = this.#groups;
    const ms = now - this.#answeredAt;
    if (group === undefined || ms < stallMs) return false;
    const several = group.head !== undefined && group.entries.length - group.next > 1;
    if (!several) group.head?.operation.slow?.(ms);
    else if (group.held) this.#cancel(now);
    const together = several ? this.#takeBack(group, group.next) : [];
    const behind = others.flatMap((one) => this.#takeBack(one, one.next));
    if (behind.length > 0) this.#owner.again(behind, false);
    if (together.length > 0) this.#owner.again(together, true);
    return true;
  }

  #takeBack(group: Group, from: number): Operation[] {
    const taken = group.entries.slice(from).filter(({ live, operation }) => live && operation.repeatable);
    for (const entry of taken) {
      entry.live = false;
      this.#pending -= 1;
      // That others are slow must not use up its attempts.
      entry.operation.attempts -= 1;
    }
    return taken.map(({ operation }) => operation);
  }

  #settle(): void {
    for (const resolve of this.#settling.splice(0)) resolve();
  }

  #attach(): void {
    this.#status = this.#client.getTransactionStatus() ?? 'I';
    this.#socket.attach();
  }

  #entry(operation: Operation): Entry {
    operation.attempts += 1;
    operation.begin();
    const known = this.#statements.find(operation.statement);
    const prepared = known ?? this.#statements.prepare(operation.statement, this.#writer);
    this.#writer.bindAndExecute(prepared.name, operation.params);
    return new Entry(operation, prepared, known === undefined);
  }

  #stopHead(head: Entry, now: number): void {
    if (head.cancelledAt === 0) {
      head.cancelledAt = now;
      this.#cancel(now);
    } else if (now - head.cancelledAt > patienceMs) {
      this.#finish(head, () => head.failed(new OperationStopped(!head.operation.repeatable)));
      this.abandon('a statement did not end when it was cancelled');
    }
  }

  #cancel(now: number): void {
    this.#cancelledAt = now;
    cancelStatement(this.#client);
  }

  #finish(entry: Entry, tell: () => void): void {
    if (entry.live) this.#pending -= 1;
    tell();
  }

  #take(type: number, bytes: Buffer, start: number, end: number): boolean {
    const group = this.#groups[0];
    const entry = group?.head;
    switch (type) {
      case Received.dataRow:
        if (entry === undefined) return this.#refuse(type);
        if (entry.live && entry.rowError === undefined) takeRow(entry, bytes, start);
        return true;
      case Received.bindComplete:
        return entry === undefined ? this.#refuse(type) : true;
      case Received.commandComplete:
        return group === undefined || entry === undefined
          ? this.#refuse(type)
          : this.#complete(group, entry, countOf(bytes, start, end - 1), bytes[start] ?? 0);
      case Received.emptyQuery:
        return group === undefined || entry === undefined ? this.#refuse(type) : this.#complete(group, entry, 0, 0);
      case Received.parseComplete:
        if (entry === undefined) return this.#refuse(type);
        entry.parsing = false;
        return true;
      case Received.ready:
        return this.#ready(group, statusOf(bytes[start]));
      case Received.error:
        return this.#failed(group, readError(bytes, start, end));
      case Received.closeComplete:
      case Received.notice:
      case Received.parameterStatus:
      case Received.notification:
        return true;
      default:
        return this.#refuse(type);
    }
  }

  #refuse(type: number): boolean {
    this.abandon(`it sent a message "${String.fromCharCode(type)}" that was not to come`);
    return false;
  }

  #complete(group: Group, entry: Entry, count: number, tag: number): boolean {
    const now = this.#clock();
    // The answers of a group arrive together: nobody knows whose time it was.
    const executedMs = (now - this.#answeredAt) / (group.entries.length - group.next);
    group.next += 1;
    this.#answeredAt = now;
    if (group.held) {
      entry.count = count;
      entry.tag = tag;
      entry.executedMs = executedMs;
    } else this.#finish(entry, () => entry.done(count, tag, executedMs));
    return true;
  }

  #failed(group: Group | undefined, error: DatabaseError): boolean {
    this.#answeredAt = this.#clock();
    // FATAL is the server's last word; with nothing under way it speaks of the session.
    if (group !== undefined && group.error === undefined) group.error = error;
    if (!isFatal(error)) return group !== undefined || this.#refuse(Received.error);
    this.#socket.destroy();
    this.#lose(error);
    return false;
  }

  #ready(group: Group | undefined, status: SessionStatus | null): boolean {
    if (group === undefined || status === null || (group.error === undefined && group.head !== undefined))
      return this.#refuse(Received.ready);
    this.#status = status;
    this.#groups.shift();
    this.#answeredAt = this.#clock();
    if (group.error === undefined) {
      if (group.held)
        for (const entry of group.entries) this.#finish(entry, () => entry.done(entry.count, entry.tag, entry.executedMs));
    } else this.#settleFailed(group, group.error);
    if (this.#groups.length === 0 && !this.#lost) {
      this.#settle();
      this.#owner.ready();
    }
    return !this.#lost;
  }

  /** The group's own error is one operation's; the others changed nothing and may go again. */
  #settleFailed(group: Group, error: DatabaseError): void {
    for (let i = group.next; i < group.entries.length; i += 1) {
      const entry = group.entries[i];
      if (entry?.parsing === true) this.#statements.forget(entry.prepared);
    }
    // Where all was executed, the commit failed.
    const failing = group.entries[group.next] ?? (group.held ? group.entries.at(-1) : undefined);
    if (group.chained) {
      if (failing !== undefined) this.#forgetUnfit(failing, error);
      // The transaction that was opened stays open, as one that has failed.
      for (const [index, entry] of group.entries.entries())
        if (index < group.next) this.#finish(entry, () => entry.done(entry.count, entry.tag, entry.executedMs));
        else this.#finish(entry, () => entry.failed(entry.cancelledAt === 0 ? error : new OperationStopped(false, error)));
      return;
    }
    const alone = group.held && group.entries.length > 1;
    const again: Operation[] = [];
    const back = (entry: Entry): void => {
      if (!entry.live) return;
      entry.live = false;
      this.#pending -= 1;
      // Undone or skipped: the errors of others must not use up its attempts.
      if (entry !== failing) entry.operation.attempts -= 1;
      again.push(entry.operation);
    };
    for (const entry of alone ? group.entries.slice(0, group.next) : []) back(entry);
    if (failing !== undefined) {
      if (alone || this.#mayTryAgain(failing, error)) back(failing);
      else this.#finish(failing, () => failing.failed(failing.cancelledAt === 0 ? error : new OperationStopped(false, error)));
    }
    for (const entry of group.entries.slice(group.next + 1)) back(entry);
    if (again.length > 0) this.#owner.again(again, alone);
  }

  /** Whether the error says nothing of the operation: its statement is gone, or it was hit by a cancellation meant for another. */
  #mayTryAgain(entry: Entry, error: DatabaseError): boolean {
    this.#forgetUnfit(entry, error);
    const { code } = error;
    // With another result type the columns are no longer those that the asker reads by: it has to know.
    if (code === resultTypeChanged) return false;
    // Within a transaction nothing can be tried again: it is lost with its first error.
    if (this.#status !== 'I') return false;
    if (code === statementGone) return !entry.fresh;
    return code === queryCanceled && entry.cancelledAt === 0 && this.#clock() - this.#cancelledAt < strayCancelMs;
  }

  /** What is prepared is of no use any more: the next one who asks has it prepared anew. */
  #forgetUnfit({ prepared }: Entry, { code }: DatabaseError): void {
    if (code === resultTypeChanged || code === statementGone) this.#statements.forget(prepared);
  }

  #lose(reason: Error): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#reader.reset();
    const again: Operation[] = [];
    for (const group of this.#groups.splice(0))
      for (const entry of group.entries) {
        if (!entry.live) continue;
        const harmless = entry.operation.repeatable || (group.undone && group.entries.length > 1 && !group.chained);
        this.#pending -= 1;
        if (harmless && entry.cancelledAt === 0) {
          entry.live = false;
          again.push(entry.operation);
        } else entry.failed(group.undone ? group.error : reason);
      }
    this.#settle();
    this.#owner.lost();
    if (again.length > 0) this.#owner.again(again, false);
  }
}

function takeRow(entry: Entry, bytes: Buffer, start: number): void {
  try {
    entry.operation.row(bytes, start + 2, bytes.readUInt16BE(start));
  } catch (error) {
    entry.rowError = error;
  }
}
