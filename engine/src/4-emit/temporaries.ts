/** Variables of a generated function that hold a value within one expression, so that it can be read twice. */
import { type Code, code, commaList, name } from './code.ts';

export class Temporaries {
  #taken = 0;
  #most = 0;

  /** A variable that no part of the expression under way holds. */
  take(): Code {
    this.#taken += 1;
    this.#most = Math.max(this.#most, this.#taken);
    return name(`t${this.#taken}`);
  }

  /** Emits a part of an expression; what it takes is free again behind it. */
  within(emit: () => Code): Code {
    const before = this.#taken;
    const part = emit();
    this.#taken = before;
    return part;
  }

  /** Declares all that were taken; null for none. */
  declaration(): Code | null {
    if (this.#most === 0) return null;
    return code`let ${commaList(Array.from({ length: this.#most }, (_, i) => name(`t${i + 1}`)))};`;
  }
}
