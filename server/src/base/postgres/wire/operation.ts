/** One execution of a prepared statement, as its asker describes it to the client. */

/** A statement as it is prepared on each connection that executes it. */
export interface WireStatement {
  /** The same name is always the same text. */
  readonly name: string;
  readonly text: string;
}

/**
 * Asked of a connection by `send`; it is told of the outcome exactly once, by `done` or `failed`, whatever happens to the
 * connection. None of its members may throw but `row`.
 */
export interface Operation {
  readonly statement: WireStatement;
  /** In PostgreSQL's text form. */
  readonly params: readonly (string | null)[];
  /** Executing it twice does no harm: it only reads. */
  readonly repeatable: boolean;
  /** When it must be over, in milliseconds of the connection's clock. */
  readonly deadlineAt: number;
  /** How often it was sent; counted by the client, from 0. */
  attempts: number;
  /** Whether nobody wants its answer any more. */
  unwanted(): boolean;
  /** It is about to be sent, perhaps not for the first time: rows of an earlier attempt are to be forgotten. */
  begin(): void;
  /**
   * One row, readable only during the call. What is thrown becomes the operation's failure.
   * @param at where the fields begin: each is an int32 length (-1: NULL) and its bytes
   */
  row(bytes: Buffer, at: number, fieldCount: number): void;
  /**
   * It was executed; of a write that is not part of an open transaction, committed.
   * @param count rows touched, by the command's tag
   * @param tag first byte of the tag (`R` where COMMIT ended in ROLLBACK)
   * @param executedMs how long PostgreSQL worked on it, as far as can be seen from here
   */
  done(count: number, tag: number, executedMs: number): void;
  /** Others wait behind it, and it has run for so many milliseconds without an end. */
  slow?(ms: number): void;
  /** Asked before it is sent on a shared connection again: true where it took another way by itself. */
  elsewhere?(): boolean;
  /** It was not executed, or nobody knows: a `DatabaseError`, `OperationStopped`, `ConnectionLost`, or what `row` threw. */
  failed(error: unknown): void;
}

/** The operation met its deadline, or nobody wanted it any more. */
export class OperationStopped extends Error {
  /** Whether it may have been executed all the same. */
  readonly uncertain: boolean;

  constructor(uncertain: boolean, cause?: unknown) {
    super('the statement was stopped', { cause });
    this.uncertain = uncertain;
  }
}

/** The connection ended before the answer was there; what was under way may have been executed. */
export class ConnectionLost extends Error {
  readonly code = 'ECONNRESET';

  constructor(reason: string, cause?: unknown) {
    super(`the connection to PostgreSQL was lost: ${reason}`, { cause });
  }
}

/** Whether the operation must not go on at this time. */
export function mustStop(operation: Operation, now: number): boolean {
  return now > operation.deadlineAt || operation.unwanted();
}
