/**
 * Which names exist at a place, and what is known of them. A name that some path makes is there (null on the others); one that
 * no path makes is a problem. One stack has one slot for each name, except for names that live in a loop or a parallel branch.
 */
import { anyWith, holds, join, type Mark, marks, nullable, type Type, tainted } from '../types/type.ts';

export interface Variable {
  readonly slot: number;
  readonly type: Type;
  /** Belongs to an enclosing stack of steps that this place may only read (parallel branches). */
  readonly readOnly: boolean;
}

/** Hands out the slots of one stack. */
export class Slots {
  readonly names: string[] = [];

  add(name: string): number {
    this.names.push(name);
    return this.names.length - 1;
  }
}

export type Names = ReadonlyMap<string, Variable>;

export class Scope {
  #names: Map<string, Variable>;
  /** Slot of each name in this frame: whichever path makes a name, it is the same slot. */
  #own = new Map<string, number>();
  readonly #slots: Slots;
  /** Names that held a password's hash or a secret at some place: where it is not known what they hold, they may hold it still. */
  readonly #marked: Readonly<Record<Mark, Set<string>>> = { password: new Set(), secret: new Set() };

  constructor(slots: Slots, names: Names = new Map()) {
    this.#slots = slots;
    this.#names = new Map(names);
  }

  find(name: string): Variable | undefined {
    return this.#names.get(name);
  }

  names(): Names {
    return this.#names;
  }

  /** The state, to come back to. */
  save(): Names {
    return new Map(this.#names);
  }

  restore(names: Names): void {
    this.#names = new Map(names);
  }

  /** Makes a variable, or gives an existing one a new type. A read-only one of that name is hidden by one of the branch's own. */
  assign(name: string, type: Type): number {
    const known = this.#names.get(name);
    const slot = known === undefined || known.readOnly ? this.#ownSlot(name) : known.slot;
    for (const mark of marks) if (holds(type, mark)) this.#marked[mark].add(name);
    this.#names.set(name, { slot, type, readOnly: false });
    return slot;
  }

  #ownSlot(name: string): number {
    let slot = this.#own.get(name);
    if (slot === undefined) {
      slot = this.#slots.add(name);
      this.#own.set(name, slot);
    }
    return slot;
  }

  /** Makes a variable with a slot of its own, whatever was there: names of loops. */
  declare(name: string, type: Type): number {
    const slot = this.#slots.add(name);
    this.#names.set(name, { slot, type, readOnly: false });
    return slot;
  }

  /** Puts back what `declare` hid. */
  undeclare(name: string, hidden: Variable | undefined): void {
    if (hidden === undefined) this.#names.delete(name);
    else this.#names.set(name, hidden);
  }

  /**
   * Runs `work` where everything that exists is read-only and new names are the branch's own: the inside of a parallel branch.
   * @returns the slots of own names that hide outer ones, each with the outer slot: it holds that value until it is written
   */
  isolated(work: () => void): readonly (readonly [number, number])[] {
    const names = this.#names;
    const own = this.#own;
    this.#names = new Map();
    for (const [name, variable] of names) this.#names.set(name, { ...variable, readOnly: true });
    this.#own = new Map();
    work();
    const hiding = [...this.#own].flatMap(([name, slot]): (readonly [number, number])[] => {
      const outer = names.get(name);
      return outer === undefined ? [] : [[slot, outer.slot]];
    });
    this.#names = names;
    this.#own = own;
    return hiding;
  }

  /** Nothing is known any more of the named variables; new ones of `made` may exist. For loops and catch blocks. */
  forget(made: Iterable<string>): void {
    for (const name of made) this.assign(name, anyWith(...marks.filter((mark) => this.#marked[mark].has(name))));
  }

  /**
   * After a loop over steps that make these names: what one of them held in a turn, another may hold after the next.
   * @returns the marks that one of them held
   */
  mixMarks(made: ReadonlySet<string>): readonly Mark[] {
    const mixed = marks.filter((mark) => [...made].some((name) => this.#marked[mark].has(name)));
    if (mixed.length === 0) return mixed;
    for (const name of made) {
      const known = this.#names.get(name);
      if (known !== undefined) this.assign(name, tainted(known.type, anyWith(...mixed)));
    }
    return mixed;
  }

  /** What holds where several ways come together. */
  merge(ways: readonly Names[]): void {
    const merged = new Map<string, Variable>();
    for (const names of ways)
      for (const [name, variable] of names) {
        if (merged.has(name)) continue;
        let type = variable.type;
        for (const other of ways) {
          const there = other.get(name);
          type = there === undefined ? nullable(type) : join(type, there.type);
        }
        // A name that one way made its own in a parallel branch holds the outer value on the others.
        const own = variable.readOnly
          ? ways.map((other) => other.get(name)).find((other) => other?.readOnly === false)
          : undefined;
        merged.set(name, { ...(own ?? variable), type });
      }
    this.#names = merged;
  }
}
