/** What was sent under one Sync: operations whose answers come in order, and then one ReadyForQuery. */
import type { DatabaseError } from 'pg';
import { isFatal } from './messages.ts';
import type { Operation } from './operation.ts';
import type { PreparedName } from './statements.ts';

/** One operation on one connection. */
export class Entry {
  readonly operation: Operation;
  readonly prepared: PreparedName;
  /** Its statement was prepared along with it. */
  readonly fresh: boolean;
  /** The same, and not confirmed yet. */
  parsing: boolean;
  /** False once its asker has an outcome, or it was sent again elsewhere: its answer is thrown away. */
  live = true;
  /** When PostgreSQL was asked to cancel it; 0: not. */
  cancelledAt = 0;
  /** What its asker threw over a row. */
  rowError: unknown = undefined;
  /** Of a held answer. */
  count = 0;
  tag = 0;
  executedMs = 0;

  constructor(operation: Operation, prepared: PreparedName, fresh: boolean) {
    this.operation = operation;
    this.prepared = prepared;
    this.fresh = fresh;
    this.parsing = fresh;
  }

  done(count: number, tag: number, executedMs: number): void {
    if (!this.live) return;
    this.live = false;
    if (this.rowError === undefined) this.operation.done(count, tag, executedMs);
    else this.operation.failed(this.rowError);
  }

  failed(error: unknown): void {
    if (!this.live) return;
    this.live = false;
    this.operation.failed(error);
  }
}

export class Group {
  readonly entries: readonly Entry[];
  /** Answered only after ReadyForQuery: before, the commit can still fail. */
  readonly held: boolean;
  /** The entry whose answer comes next. */
  next = 0;
  /** PostgreSQL refused `entries[next]`, or the commit after the last; it skips all that follows in the group. */
  error: DatabaseError | undefined = undefined;

  /** It opens a transaction: each operation needs those before it, and none goes again without them. */
  readonly chained: boolean;

  constructor(entries: readonly Entry[], held: boolean, chained: boolean) {
    this.entries = entries;
    this.held = held;
    this.chained = chained;
  }

  /**
   * PostgreSQL has undone all of it, whatever becomes of the connection. Not known of a connection that is ended after the last
   * statement: that may be before or after the commit.
   */
  get undone(): boolean {
    return this.error !== undefined && (this.next < this.entries.length || !isFatal(this.error));
  }

  /** What PostgreSQL is working on; undefined once all is answered or skipped and only ReadyForQuery is to come. */
  get head(): Entry | undefined {
    return this.error === undefined ? this.entries[this.next] : undefined;
  }

  /** What the group waits for: its head, or where all was executed and the commit is to come, the first that wants to know. */
  get awaited(): Entry | undefined {
    if (this.error !== undefined) return undefined;
    return this.entries[this.next] ?? (this.held ? this.entries.find(({ live }) => live) : undefined);
  }
}
