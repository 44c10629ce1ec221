/** Variables by name, while a stack runs. Loops and catch blocks have names of their own; a parallel branch writes only its own. */
import { nothing, type Ref } from './value.ts';

export class Scope {
  readonly #names = new Map<string, Ref>();
  readonly #outer: Scope | null;
  /** Outer names may be read, not written: a parallel branch. */
  readonly #isBase: boolean;

  private constructor(outer: Scope | null, isBase: boolean) {
    this.#outer = outer;
    this.#isBase = isBase;
  }

  static stack(): Scope {
    return new Scope(null, true);
  }

  branch(): Scope {
    return new Scope(this, true);
  }

  /** With names that are gone afterwards. */
  inner(names: Iterable<readonly [string, Ref]>): Scope {
    const scope = new Scope(this, false);
    for (const [name, value] of names) scope.#names.set(name, value);
    return scope;
  }

  read(name: string): Ref {
    return this.#names.get(name) ?? this.#outer?.read(name) ?? nothing;
  }

  /** Changes the innermost variable of that name, or makes one. */
  write(name: string, value: Ref): void {
    if (this.#names.has(name) || this.#isBase) this.#names.set(name, value);
    else this.#outer?.write(name, value);
  }

  /** All that is there now, for coming back to. */
  save(): () => void {
    const kept = new Map(this.#names);
    const outer = this.#isBase ? undefined : this.#outer?.save();
    return () => {
      this.#names.clear();
      for (const [name, value] of kept) this.#names.set(name, value);
      outer?.();
    };
  }

  /** A copy that later changes do not reach. */
  copy(): Scope {
    const copied = new Scope(this.#outer?.copy() ?? null, this.#isBase);
    for (const [name, value] of this.#names) copied.#names.set(name, value);
    return copied;
  }
}
