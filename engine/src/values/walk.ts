/**
 * The bound on walks through nested values. Values share their parts, so a small one can look enormous (`x = [x, x]`, forty
 * times): every walk counts the parts that it visits and how deep it is, and gives up with a code of its own.
 */
import { defineError, errorOf } from '../errors.ts';

/** Deepest nesting that comparing, converting and encoding follow; also that of JSON texts. */
export const maxDepth = 256;
/** Parts that one comparison or conversion visits at most. */
const maxParts = 10_000_000;

export const valueTooDeep = defineError<{ depth: number }>({
  code: 'value_too_deep',
  status: 503,
  title: 'A value is nested too deeply',
  solve: 'Lists and objects may be nested 256 deep. Look for a loop that wraps a value into itself again and again.',
  message: (d) => `A value is nested more than ${d.depth} deep.`,
  uncatchable: true,
});
const valueTooLarge = defineError<{ parts: number }>({
  code: 'value_too_large',
  status: 503,
  title: 'A value has too many parts to compare or convert',
  solve: 'Compare keys instead of whole objects, and answer pages instead of everything at once.',
  message: (d) => `A value has more than ${d.parts} parts.`,
  uncatchable: true,
});

/** Counts one walk. */
export class Walk {
  #left = maxParts;

  /** Steps onto a list or object of `parts` parts at `depth` (the outermost is 1). Throws `value_too_deep`, `value_too_large`. */
  enter(parts: number, depth: number): void {
    if (depth > maxDepth) throw errorOf(valueTooDeep, { depth: maxDepth });
    this.visit(parts + 1);
  }

  /** Counts parts that have no depth. Throws `value_too_large`. */
  visit(parts: number): void {
    this.#left -= parts;
    if (this.#left < 0) throw errorOf(valueTooLarge, { parts: maxParts });
  }
}
