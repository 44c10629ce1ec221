/** Takes over what was read before from the very same things, with the problems that were found there. */
import type { Problem, Problems } from '../problems.ts';

interface Part<T> {
  /** Everything that it was read from. */
  readonly from: readonly unknown[];
  readonly value: T;
  readonly problems: readonly Problem[];
}

/** Parts of one kind, by a name that no two have: what the last reading left, and what this one leaves. */
export class KeptParts<T> {
  #before: ReadonlyMap<string, Part<T>>;
  readonly #now = new Map<string, Part<T>>();
  readonly #problems: Problems;

  constructor(before: KeptParts<T> | undefined, problems: Problems) {
    this.#before = before === undefined ? new Map() : before.#now;
    this.#problems = problems;
  }

  /**
   * Reads a part, unless the last reading did so from identical things.
   * @param from - all that `read` looks at: immutable, compared by identity (texts by content)
   */
  read(name: string, from: readonly unknown[], read: () => T): T {
    const before = this.#before.get(name);
    if (before !== undefined && isSame(before.from, from)) {
      this.#now.set(name, before);
      this.#problems.list.push(...before.problems);
      return before.value;
    }
    const { list } = this.#problems;
    const first = list.length;
    const value = read();
    this.#now.set(name, { from, value, problems: list.length === first ? noProblems : list.slice(first) });
    return value;
  }

  /** This reading is over: what it did not take over is let go. */
  done(): void {
    this.#before = new Map();
  }
}

const noProblems: readonly Problem[] = [];

const isSame = (one: readonly unknown[], other: readonly unknown[]): boolean =>
  one.length === other.length && one.every((thing, i) => thing === other[i]);
