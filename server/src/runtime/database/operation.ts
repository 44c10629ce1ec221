/** A compiled statement under way: what the wire client asks of it, and the one promise of its answer. */
import {
  cancelled,
  deadlineExceeded,
  type Encoding,
  errorOf,
  type QueryAnswer,
  type Run,
  type Statement,
  type Value,
} from '@ashlar/engine';
import { commitUnknown, connectionLost, isConflict, type Operation, OperationStopped } from '../../base/postgres/index.ts';
import { accountOf } from '../account-of.ts';
import type { RunHost } from '../host.ts';
import { conflictRetries, spoils, statementError } from './errors.ts';
import { type PreparedStatement, prepare } from './prepared.ts';
import { JsonRows, type ObjectRows } from './rows/index.ts';

/** What the effect `query` is asked. */
export interface Query {
  readonly statement: Statement;
  readonly params: readonly Value[];
  readonly encode?: true | Encoding;
}

/** Sends operations, and may send them again after a conflict. */
export interface Sender {
  /** In a transaction: on its connection, once. */
  readonly transaction: boolean;
  send(operation: StatementOperation): void;
}

export class StatementOperation implements Operation {
  attempts = 0;
  readonly run: Run;
  readonly host: RunHost;
  readonly statement: PreparedStatement;
  readonly params: readonly (string | null)[];
  readonly repeatable: boolean;
  readonly deadlineAt: number;
  readonly asked: Statement;
  readonly promise: Promise<QueryAnswer>;
  /** Gives back what was lent for it; `doubtful`: the connection must not be used again. Called once for each sending. */
  release: ((doubtful: boolean) => void) | null = null;
  readonly #step: number;
  readonly #sender: Sender;
  readonly #encode: true | Encoding | undefined;
  readonly #startedAt: number;
  #conflicts = 0;
  #rows: ObjectRows | JsonRows | null = null;
  #rowError: unknown = null;
  #resolve!: (answer: QueryAnswer) => void;
  #reject!: (error: unknown) => void;

  /** Throws `wrong_type` and `value_refused` for parameters that PostgreSQL could not take. */
  constructor(run: Run, host: RunHost, step: number, { statement, params, encode }: Query, sender: Sender) {
    this.run = run;
    this.host = host;
    this.asked = statement;
    this.statement = prepare(statement, host.environment.versionId);
    this.params = this.statement.params(params);
    this.repeatable = statement.access === 'read' && !sender.transaction;
    this.deadlineAt = run.deadlineAt;
    this.#step = step;
    this.#sender = sender;
    this.#encode = encode;
    this.#startedAt = run.clock();
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** In a transaction a client that goes away stops nothing: what was begun is brought to its end. */
  unwanted(): boolean {
    return this.repeatable && this.run.signal?.aborted === true;
  }

  begin(): void {
    this.#rows = null;
    this.#rowError = null;
  }

  /** What is wrong with a row is told by `done`: a write is committed all the same, and other readers may want the row. */
  row(bytes: Buffer, at: number, fieldCount: number): void {
    if (this.#rowError !== null) return;
    try {
      this.#rows ??= this.#newRows();
      this.#rows.row(bytes, at, fieldCount);
    } catch (error) {
      this.#rowError = error;
    }
  }

  done(count: number, _tag: number, executedMs: number): void {
    this.statement.pace.note(executedMs);
    this.finish(count);
  }

  /** The same where its time was noted already, for it was executed for others as well. */
  finish(count: number): void {
    if (this.#writesAlone) this.host.committed = true;
    if (this.#rowError !== null) {
      this.failed(this.#rowError);
      return;
    }
    this.release?.(false);
    const rows = this.#rows ?? this.#newRows();
    const answer: QueryAnswer = rows instanceof JsonRows ? { ...rows.finish(), count } : { rows: rows.rows, count };
    this.#account(Math.max(answer.encoded?.ends.length ?? answer.rows.length, count));
    this.#resolve(answer);
  }

  /** Its statement goes its own way from now on, so that no more of them come where others wait. */
  slow(ms: number): void {
    this.statement.pace.note(ms);
  }

  /** Those that waited behind a slow one of the same statement do not wait behind each other as well. */
  elsewhere(): boolean {
    if (this.statement.pace.way !== 'own') return false;
    // Not before whoever shares connections has asked for another one: these may take all that there are.
    setImmediate(() => this.#sender.send(this));
    return true;
  }

  failed(error: unknown): void {
    this.release?.(spoils(error));
    this.release = null;
    if (!this.#sender.transaction && isConflict(error) && this.#conflicts < conflictRetries) this.#tryAgain();
    else {
      this.#account(0);
      this.#reject(this.#told(error));
    }
  }

  /** After a random time, so that those who met do not meet again. */
  #tryAgain(): void {
    this.#conflicts += 1;
    this.attempts = 0;
    setTimeout(() => this.#sender.send(this), 5 + Math.random() * 20 * this.#conflicts);
  }

  #told(error: unknown): Error {
    // What was never sent was not executed.
    const inDoubt = this.#writesAlone && this.attempts > 0;
    const stopped = error instanceof OperationStopped;
    if (inDoubt && (stopped ? error.uncertain : connectionLost(error))) {
      this.host.committed = true;
      return errorOf(commitUnknown, {}, { cause: error });
    }
    return statementError(stopped ? stopReason(this.run, error.cause) : error, this.host);
  }

  /** It changes rows, and is its own transaction. */
  get #writesAlone(): boolean {
    return this.asked.access === 'write' && !this.#sender.transaction;
  }

  #newRows(): ObjectRows | JsonRows {
    const { rows } = this.statement;
    const { decimals, limits } = this.run;
    return this.#encode === undefined ? rows.objects(limits) : rows.json(decimals, limits, this.#encode);
  }

  #account(rows: number): void {
    const { run, asked } = this;
    accountOf(this.host).add({
      step: this.#step,
      frame: run.frame,
      effect: 'query',
      kind: 'database',
      durationMs: run.clock() - this.#startedAt,
      rows,
      unbounded: asked.unbounded === true,
      beside: asked.beside !== undefined,
    });
  }
}

/** Why a run's statement was stopped, as the run is told. */
export function stopReason(run: Run, cause: unknown): Error {
  if (run.clock() > run.deadlineAt) return errorOf(deadlineExceeded, { deadlineMs: run.limits.deadlineMs }, { cause });
  return errorOf(cancelled, {}, { cause });
}
