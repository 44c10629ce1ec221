/** A compiled statement under way: what the wire client asks of it, and the promise of its answer. */
import { cancelled, deadlineExceeded, errorOf, type QueryAnswer, type Run } from '@ashlar/engine';
import { type Operation, OperationStopped } from '../../base/postgres/index.ts';
import type { PreparedStatement } from './prepared.ts';
import { JsonRows, type ObjectRows } from './rows/index.ts';

/** Hears how it ended, before whoever waits for it. */
export interface StatementOwner {
  ended(error: unknown): void;
}

export class StatementOperation implements Operation {
  attempts = 0;
  readonly statement: PreparedStatement;
  readonly params: readonly (string | null)[];
  readonly repeatable: boolean;
  readonly deadlineAt: number;
  readonly promise: Promise<QueryAnswer>;
  /** Whoever lent a connection for it. */
  owner: StatementOwner | null = null;
  readonly #run: Run;
  readonly #stoppable: boolean;
  readonly #encode: boolean;
  #reader: ObjectRows | JsonRows | null = null;
  #resolve!: (answer: QueryAnswer) => void;
  #reject!: (error: unknown) => void;

  /** @param stoppable whether the client's going away stops it */
  constructor(
    run: Run,
    statement: PreparedStatement,
    params: readonly (string | null)[],
    how: { readonly repeatable: boolean; readonly stoppable: boolean; readonly encode: boolean },
  ) {
    this.#run = run;
    this.statement = statement;
    this.params = params;
    this.repeatable = how.repeatable;
    this.deadlineAt = run.deadlineAt;
    this.#stoppable = how.stoppable;
    this.#encode = how.encode;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  unwanted(): boolean {
    return this.#stoppable && this.#run.signal?.aborted === true;
  }

  begin(): void {
    this.#reader = null;
  }

  row(bytes: Buffer, at: number, fieldCount: number): void {
    this.#reader ??= this.#newReader();
    this.#reader.row(bytes, at, fieldCount);
  }

  done(count: number, _tag: number, executedMs: number): void {
    this.statement.pace.note(executedMs);
    this.owner?.ended(null);
    const reader = this.#reader ?? this.#newReader();
    this.#resolve(reader instanceof JsonRows ? { rows: [], encoded: reader.finish(), count } : { rows: reader.rows, count });
  }

  failed(error: unknown): void {
    this.owner?.ended(error);
    this.#reject(error instanceof OperationStopped ? stopReason(this.#run, error.cause) : error);
  }

  #newReader(): ObjectRows | JsonRows {
    const { rows } = this.statement;
    return this.#encode ? rows.json(this.#run.decimals, this.#run.limits) : rows.objects(this.#run.limits);
  }
}

/** Why a run's statement was stopped, as the run is told. */
export function stopReason(run: Run, cause: unknown): Error {
  if (run.clock() > run.deadlineAt) return errorOf(deadlineExceeded, { deadlineMs: run.limits.deadlineMs }, { cause });
  return errorOf(cancelled, {}, { cause });
}
