import type { Operation, SharedConnections, WireStatement } from '../../base/postgres/index.ts';
import { writeArray } from './array-text.ts';
import type { StatementOperation } from './operation.ts';
import type { CombinedStatement, PreparedStatement } from './prepared.ts';

/** Keys of one statement; the more, the longer the first one waits for its row. */
const mostKeys = 64;

export class KeyReads {
  readonly #shared: SharedConnections;
  readonly #waiting = new Map<PreparedStatement, StatementOperation[]>();

  constructor(shared: SharedConnections) {
    this.#shared = shared;
    shared.beforeSending(() => this.#send());
  }

  /** Takes a read whose statement has a combined form; it is sent at the end of this turn. */
  read(operation: StatementOperation): void {
    const waiting = this.#waiting.get(operation.statement);
    if (waiting === undefined) this.#waiting.set(operation.statement, [operation]);
    else waiting.push(operation);
    this.#shared.soon();
  }

  #send(): void {
    for (const [statement, operations] of this.#waiting) {
      const { combined } = statement;
      for (let at = 0; at < operations.length; at += mostKeys) {
        const part = operations.slice(at, at + mostKeys);
        const [only] = part;
        if (combined === undefined || (part.length === 1 && only !== undefined)) for (const one of part) this.#shared.read(one);
        else this.#shared.read(new KeyRead(combined, part, (one) => this.#shared.read(one)));
      }
    }
    this.#waiting.clear();
  }
}

/** Many reads as one operation. */
class KeyRead implements Operation {
  attempts = 0;
  readonly repeatable = true;
  readonly statement: WireStatement;
  readonly params: readonly string[];
  readonly deadlineAt: number;
  readonly #keyColumn: number;
  readonly #byKey = new Map<string, StatementOperation[]>();
  readonly #found = new Set<string>();
  readonly #alone: (operation: StatementOperation) => void;

  constructor(
    statement: CombinedStatement,
    operations: readonly StatementOperation[],
    alone: (operation: StatementOperation) => void,
  ) {
    this.statement = statement;
    this.#keyColumn = statement.keyColumn;
    this.#alone = alone;
    let deadlineAt = Number.POSITIVE_INFINITY;
    for (const operation of operations) {
      const key = operation.params[0] ?? '';
      const same = this.#byKey.get(key);
      if (same === undefined) this.#byKey.set(key, [operation]);
      else same.push(operation);
      if (operation.deadlineAt < deadlineAt) deadlineAt = operation.deadlineAt;
    }
    this.deadlineAt = deadlineAt;
    this.params = [writeArray([...this.#byKey.keys()])];
  }

  /** Only when nobody wants any of them. */
  unwanted(): boolean {
    for (const operations of this.#byKey.values()) for (const operation of operations) if (!operation.unwanted()) return false;
    return true;
  }

  begin(): void {
    this.#found.clear();
    for (const operations of this.#byKey.values()) for (const operation of operations) operation.begin();
  }

  row(bytes: Buffer, at: number, fieldCount: number): void {
    const key = fieldText(bytes, at, this.#keyColumn);
    const operations = this.#byKey.get(key);
    if (operations === undefined) throw new Error('PostgreSQL answered a key that was not asked for');
    this.#found.add(key);
    for (const operation of operations) operation.take(bytes, at, fieldCount);
  }

  done(_count: number, tag: number, executedMs: number): void {
    for (const [key, operations] of this.#byKey)
      for (const operation of operations) operation.done(this.#found.has(key) ? 1 : 0, tag, executedMs);
  }

  slow(ms: number): void {
    const [first] = this.#byKey.values();
    first?.[0]?.slow(ms);
  }

  failed(): void {
    for (const operations of this.#byKey.values()) for (const operation of operations) this.#alone(operation);
  }
}

/** The text of a row's field; ASCII, as keys' texts are where reads by them may be combined. */
function fieldText(bytes: Buffer, start: number, column: number): string {
  let at = start;
  for (let index = 0; index < column; index += 1) at += 4 + Math.max(0, bytes.readInt32BE(at));
  const length = bytes.readInt32BE(at);
  return bytes.toString('utf8', at + 4, at + 4 + length);
}
