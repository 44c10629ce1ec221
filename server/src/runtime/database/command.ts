/** BEGIN, COMMIT and their like, on the wire client: prepared like any statement, answered by their tag. */
import type { Run } from '@ashlar/engine';
import type { Operation, WireStatement } from '../../base/postgres/index.ts';
import type { RunHost } from '../host.ts';

type Isolation = 'read_committed' | 'repeatable_read' | 'serializable';

const begins: Readonly<Record<Isolation, string>> = {
  read_committed: 'begin isolation level read committed',
  repeatable_read: 'begin isolation level repeatable read',
  serializable: 'begin isolation level serializable',
};

/**
 * Who writes: for triggers, the history of changes, and the database's own log. The transaction's time is watched from here, and
 * bounded by the session should this node forget it: limits of its own would cost each transaction more than one of its statements.
 */
const settings: WireStatement = {
  name: 'transaction settings',
  text: `select set_config('ashlar.request_id', $1, true), set_config('ashlar.endpoint', $2, true), set_config('ashlar.actor', $3, true)`,
};
const longestSetting = 500;

/** A command without rows. */
export class CommandOperation implements Operation {
  attempts = 0;
  readonly statement: WireStatement;
  readonly params: readonly string[];
  readonly repeatable = false;
  readonly deadlineAt: number;
  /** The first letter of PostgreSQL's tag. */
  readonly promise: Promise<string>;
  #resolve!: (tag: string) => void;
  #reject!: (error: unknown) => void;

  /** @param sql fixed text, made of nothing that a user wrote */
  constructor(sql: string | WireStatement, deadlineAt: number, params: readonly string[] = []) {
    this.statement = typeof sql === 'string' ? { name: sql, text: sql } : sql;
    this.params = params;
    this.deadlineAt = deadlineAt;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  unwanted(): boolean {
    return false;
  }
  begin(): void {}
  row(): void {}
  done(_count: number, tag: number): void {
    this.#resolve(String.fromCharCode(tag));
  }
  failed(error: unknown): void {
    this.#reject(error);
  }
}

/** The commands that open a transaction; `broken` is called when one of them fails. */
export function beginning(run: Run, host: RunHost, isolation: Isolation, broken: () => void): readonly Operation[] {
  const params = [run.requestId, host.endpoint, host.actor ?? ''].map((text) =>
    text.replaceAll('\0', '').slice(0, longestSetting),
  );
  const operations = [
    new CommandOperation(begins[isolation], run.deadlineAt),
    new CommandOperation(settings, run.deadlineAt, params),
  ];
  for (const { promise } of operations) promise.catch(broken);
  return operations;
}
