/** Which statements a connection has prepared, under which short names. */
import type { WireStatement } from './operation.ts';
import type { MessageWriter } from './writer.ts';

/** Each costs the server's process some kilobytes for as long as the connection lives. */
const mostStatements = 256;

/** A statement that was sent to be prepared. */
export interface PreparedName {
  readonly key: string;
  /** Never used twice on a connection: whatever became of an earlier Parse or Close, the name is free. */
  readonly name: string;
  lastUse: number;
}

export class PreparedStatements {
  readonly #known = new Map<string, PreparedName>();
  #names = 0;
  #uses = 0;

  /** The statement's name here; undefined when it has to be prepared first. */
  find(statement: WireStatement): PreparedName | undefined {
    const known = this.#known.get(statement.name);
    if (known !== undefined) this.#touch(known);
    return known;
  }

  /** Writes Parse, and Close for the statement that makes room. */
  prepare(statement: WireStatement, writer: MessageWriter): PreparedName {
    if (this.#known.size >= mostStatements) this.#closeLeastUsed(writer);
    this.#names += 1;
    const made = { key: statement.name, name: `a${this.#names.toString(36)}`, lastUse: 0 };
    this.#touch(made);
    this.#known.set(statement.name, made);
    writer.parse(made.name, statement.text);
    return made;
  }

  /** It is not prepared, or no longer fits: the next use prepares it anew. */
  forget(prepared: PreparedName): void {
    if (this.#known.get(prepared.key) === prepared) this.#known.delete(prepared.key);
  }

  #touch(prepared: PreparedName): void {
    this.#uses += 1;
    prepared.lastUse = this.#uses;
  }

  #closeLeastUsed(writer: MessageWriter): void {
    let least: PreparedName | undefined;
    for (const one of this.#known.values()) if (least === undefined || one.lastUse < least.lastUse) least = one;
    if (least === undefined) return;
    this.#known.delete(least.key);
    writer.close(least.name);
  }
}
