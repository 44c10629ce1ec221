/** A quick look over a JSON text: can JSON.parse read it as we want it? */
import type { Limits } from '../limits.ts';

const quote = 34;
const backslash = 92;
/** More digits may be beyond the safe integers. */
const safeDigits = 15;

/**
 * True when every number is a small int without a sign before zero, nothing is nested too deeply and no list can be too long.
 * Says nothing about validity: a text that JSON.parse refuses may pass.
 */
export function scanJson(text: string, limits: Pick<Limits, 'jsonDepth' | 'listItems'>): boolean {
  let depth = 0;
  let commas = 0;
  let digits = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 48 && unit <= 57) {
      digits += 1;
      if (digits > safeDigits) return false;
      continue;
    }
    // `.`, `e` or `E` after a digit; `-0`.
    if (digits > 0 && (unit === 46 || unit === 101 || unit === 69)) return false;
    digits = 0;
    if (unit === quote) {
      i = stringEnd(text, i);
      if (i === -1) return false;
    } else if (unit === 44) commas += 1;
    else if (unit === 45 && text.charCodeAt(i + 1) === 48) return false;
    else if (unit === 91 || unit === 123) {
      depth += 1;
      if (depth > limits.jsonDepth) return false;
    } else if (unit === 93 || unit === 125) depth -= 1;
  }
  return commas < limits.listItems;
}

/** Index of the quote that ends the string beginning at `start`; -1 without one. */
export function stringEnd(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let before = end - 1;
    while (text.charCodeAt(before) === backslash) before -= 1;
    if ((end - before) % 2 === 1) return end;
  }
  return -1;
}
