/**
 * Reads that were asked for in the same turn by the same statement: those with equal parameters share one execution, and reads
 * of one row by a key become one statement for all their keys. Nobody can tell: all were asked for before any of them was sent.
 * What fails is asked for again one by one, so that nobody gets another's error.
 */
import type { Operation, SharedConnections, WireStatement } from '../../base/postgres/index.ts';
import { writeArray } from './array-text.ts';
import type { StatementOperation } from './operation.ts';
import type { Pace } from './pace.ts';
import type { CombinedStatement, PreparedStatement } from './prepared.ts';

/** Keys of one statement; the more, the longer the first one waits for its row. */
const mostKeys = 64;
/** Statements of a turn that are looked through for an equal one. */
const mostCompared = 32;

interface Waiting {
  readonly statement: PreparedStatement;
  readonly operations: StatementOperation[];
}

export class TurnReads {
  readonly #shared: SharedConnections;
  /** A new list each turn. Not a Map that is cleared: its old tables lead to the new ones, and so outlive their turn together. */
  #waiting: Waiting[] = [];

  constructor(shared: SharedConnections) {
    this.#shared = shared;
    shared.beforeSending(() => this.#send());
  }

  /** Takes a read; it is sent at the end of this turn. */
  read(operation: StatementOperation): void {
    const waiting = this.#waitingFor(operation.statement);
    if (waiting === undefined) this.#waiting.push({ statement: operation.statement, operations: [operation] });
    else waiting.operations.push(operation);
    this.#shared.soon();
  }

  #waitingFor(statement: PreparedStatement): Waiting | undefined {
    const compared = Math.min(this.#waiting.length, mostCompared);
    for (let i = 0; i < compared; i += 1) if (this.#waiting[i]?.statement === statement) return this.#waiting[i];
    return undefined;
  }

  #send(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const {
      statement: { combined },
      operations,
    } of waiting) {
      const [first] = operations;
      if (operations.length === 1 && first !== undefined) this.#shared.read(first);
      else if (combined !== undefined) this.#sendKeys(combined, operations);
      else for (const same of groupsOf(operations, paramsText).values()) this.#sendSame(same);
    }
  }

  #sendSame(operations: readonly StatementOperation[]): void {
    const [first] = operations;
    if (first === undefined) return;
    this.#shared.read(operations.length === 1 ? first : new SameRead(first, operations, this.#alone));
  }

  #sendKeys(statement: CombinedStatement, operations: readonly StatementOperation[]): void {
    const { written = [], other = [] } = Object.groupBy(operations, (operation) =>
      statement.isWrittenSo(keyOf(operation)) ? 'written' : 'other',
    );
    for (const operation of other) this.#shared.read(operation);
    const byKey = [...groupsOf(written, keyOf)];
    for (let at = 0; at < byKey.length; at += mostKeys) {
      const part = byKey.slice(at, at + mostKeys);
      const [only] = part;
      if (part.length === 1 && only !== undefined) this.#sendSame(only[1]);
      else this.#shared.read(new KeysRead(statement, new Map(part), this.#alone));
    }
  }

  readonly #alone = (operation: StatementOperation): void => this.#shared.read(operation);
}

/** Of a read by a key, which is its one parameter and never NULL. */
const keyOf = ({ params }: StatementOperation): string => params[0] ?? '';

/** All parameters as one text; a text that looks like NULL is another. */
const paramsText = ({ params }: StatementOperation): string => JSON.stringify(params);

/** Operations by a text of each. */
function groupsOf(
  operations: readonly StatementOperation[],
  textOf: (operation: StatementOperation) => string,
): Map<string, StatementOperation[]> {
  const found = new Map<string, StatementOperation[]>();
  for (const operation of operations) {
    const text = textOf(operation);
    const same = found.get(text);
    if (same === undefined) found.set(text, [operation]);
    else same.push(operation);
  }
  return found;
}

type SendAlone = (operation: StatementOperation) => void;

/** Many reads as one operation. */
abstract class ManyReads implements Operation {
  attempts = 0;
  readonly repeatable = true;
  abstract readonly statement: WireStatement;
  abstract readonly params: readonly (string | null)[];
  /** The first of all: after it the others go on alone. */
  readonly deadlineAt: number;
  protected readonly all: readonly StatementOperation[];
  readonly #alone: SendAlone;

  constructor(all: readonly StatementOperation[], alone: SendAlone) {
    this.all = all;
    this.#alone = alone;
    this.deadlineAt = all.reduce((least, { deadlineAt }) => Math.min(least, deadlineAt), Number.POSITIVE_INFINITY);
  }

  abstract row(bytes: Buffer, at: number, fieldCount: number): void;
  abstract done(count: number, tag: number, executedMs: number): void;

  /** Only when nobody wants any of them. */
  unwanted(): boolean {
    return this.all.every((operation) => operation.unwanted());
  }

  begin(): void {
    for (const operation of this.all) operation.begin();
  }

  slow(ms: number): void {
    this.all[0]?.slow(ms);
  }

  /** All of them have the same statement: all go, or none. */
  elsewhere(): boolean {
    return this.all.every((operation) => operation.elsewhere());
  }

  failed(): void {
    for (const operation of this.all) this.#alone(operation);
  }
}

/** One execution for all who asked for the same. */
class SameRead extends ManyReads {
  readonly statement: WireStatement;
  readonly params: readonly (string | null)[];
  readonly #pace: Pace;

  constructor(first: StatementOperation, all: readonly StatementOperation[], alone: SendAlone) {
    super(all, alone);
    this.statement = first.statement;
    this.params = first.params;
    this.#pace = first.statement.pace;
  }

  row(bytes: Buffer, at: number, fieldCount: number): void {
    for (const operation of this.all) operation.row(bytes, at, fieldCount);
  }

  done(count: number, _tag: number, executedMs: number): void {
    // Once: it was one run.
    this.#pace.note(executedMs);
    for (const operation of this.all) operation.finish(count);
  }
}

/** Rows of many keys; each finds its asker by its key. */
class KeysRead extends ManyReads {
  readonly statement: WireStatement;
  readonly params: readonly string[];
  readonly #keyColumn: number;
  readonly #byKey: ReadonlyMap<string, readonly StatementOperation[]>;
  readonly #found = new Set<string>();

  constructor(statement: CombinedStatement, byKey: ReadonlyMap<string, readonly StatementOperation[]>, alone: SendAlone) {
    super([...byKey.values()].flat(), alone);
    this.statement = statement;
    this.#keyColumn = statement.keyColumn;
    this.#byKey = byKey;
    this.params = [writeArray([...byKey.keys()])];
  }

  override begin(): void {
    this.#found.clear();
    super.begin();
  }

  row(bytes: Buffer, at: number, fieldCount: number): void {
    const key = fieldText(bytes, at, this.#keyColumn);
    const operations = this.#byKey.get(key);
    if (operations === undefined) throw new Error('PostgreSQL answered a key that was not asked for');
    this.#found.add(key);
    for (const operation of operations) operation.row(bytes, at, fieldCount);
  }

  done(_count: number, tag: number, executedMs: number): void {
    // Each has its share: the time of all says nothing of one.
    const eachMs = executedMs / this.all.length;
    for (const [key, operations] of this.#byKey)
      for (const operation of operations) operation.done(this.#found.has(key) ? 1 : 0, tag, eachMs);
  }
}

/** The text of a row's field. */
function fieldText(bytes: Buffer, start: number, column: number): string {
  let at = start;
  for (let index = 0; index < column; index += 1) at += 4 + Math.max(0, bytes.readInt32BE(at));
  const length = bytes.readInt32BE(at);
  return bytes.toString('utf8', at + 4, at + 4 + length);
}
