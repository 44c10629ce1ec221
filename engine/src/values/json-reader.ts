/** A JSON reader of our own, for texts with fractions, exponents or long numbers, and for saying where a text is wrong. */
import { defineError, errorOf, listTooLarge, numberOutOfRange } from '../errors.ts';
import type { Limits } from '../limits.ts';
import { Decimal } from './decimal.ts';
import { Float } from './float.ts';
import { stringEnd } from './json-scan.ts';
import type { Value } from './value.ts';

export const badJson = defineError<{ reason: string; line: number; column: number }>({
  code: 'bad_json',
  status: 400,
  title: 'A text is not valid JSON',
  solve: 'The message names line and column of the first fault. JSON knows no comments, no trailing commas and no single quotes.',
  message: (d) => `The JSON is wrong at line ${d.line}, column ${d.column}: ${d.reason}.`,
});

/** What the reader is told: limits, and whether an int beyond its range is read as a decimal. */
export interface ReaderOptions extends Pick<Limits, 'jsonDepth' | 'listItems'> {
  readonly largeInts: 'refuse' | 'decimal';
}

const numberPattern = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
/** A backslash or control character: anything but from blank to `[` and from `]` on. Then a text is not what stands between its quotes. */
const unusual = /[^ -[\]-\uffff]/;
const spacePattern = /[ \t\n\r]*/y;
const words = { true: true, false: false, null: null } as const;

const quote = 34;
const comma = 44;
const minus = 45;
const point = 46;
const zero = 48;
const nine = 57;
const colon = 58;
const openBracket = 91;
const closeBracket = 93;
const openBrace = 123;
const closeBrace = 125;
/** So many digits are exact in a double. */
const exactDigits = 15;

const isDigit = (unit: number): boolean => unit >= zero && unit <= nine;
/** Of `e` and `E`. */
const beginsExponent = (unit: number): boolean => (unit | 32) === 101;

/** Reads a whole text. Throws `bad_json`, `number_out_of_range`, `list_too_large`. */
export function readJsonExactly(text: string, options: ReaderOptions): Value {
  return new JsonReader(text, options).read();
}

/** Enough of a number to find it. */
const shortened = (digits: string): string => (digits.length > 40 ? `${digits.slice(0, 40)}…` : digits);

class JsonReader {
  readonly #text: string;
  readonly #options: ReaderOptions;
  #at = 0;

  constructor(text: string, options: ReaderOptions) {
    this.#text = text;
    this.#options = options;
  }

  read(): Value {
    this.#space();
    const value = this.#value(1);
    this.#space();
    if (this.#at < this.#text.length) throw this.#wrong('nothing may follow the value');
    return value;
  }

  #wrong(reason: string, at = this.#at): Error {
    return errorOf(badJson, { reason, ...this.#place(at) });
  }

  /** Line and column, counted from 1. */
  #place(at: number): { readonly line: number; readonly column: number } {
    const before = this.#text.slice(0, at);
    return { line: before.split('\n').length, column: at - before.lastIndexOf('\n') };
  }

  #outOfRange(what: string, at: number): Error {
    const { line, column } = this.#place(at);
    return errorOf(numberOutOfRange, { what: `${what} at line ${line}, column ${column} of the JSON` });
  }

  #space(): void {
    // Most JSON has no blanks: asking the pattern costs more than reading the next token.
    if (this.#text.charCodeAt(this.#at) > 32) return;
    spacePattern.lastIndex = this.#at;
    spacePattern.test(this.#text);
    this.#at = spacePattern.lastIndex;
  }

  /** Whether the character stands here, after blanks; takes it. */
  #take(unit: number): boolean {
    this.#space();
    if (this.#text.charCodeAt(this.#at) !== unit) return false;
    this.#at += 1;
    return true;
  }

  #value(depth: number): Value {
    const first = this.#text.charCodeAt(this.#at);
    if (isDigit(first) || first === minus) return this.#shortNumber() ?? this.#number();
    if (first === quote) return this.#string();
    if (first === openBrace || first === openBracket) {
      if (depth > this.#options.jsonDepth) throw this.#wrong(`more than ${this.#options.jsonDepth} levels`);
      this.#at += 1;
      return first === openBrace ? this.#object(depth) : this.#list(depth);
    }
    if (this.#at >= this.#text.length) throw this.#wrong('the text ends where a value is expected');
    return this.#word();
  }

  #object(depth: number): Value {
    const object: Record<string, Value> = {};
    if (this.#take(closeBrace)) return object;
    let members = 0;
    do {
      if (members++ >= this.#options.listItems) throw errorOf(listTooLarge, { limit: this.#options.listItems });
      this.#space();
      if (this.#text.charCodeAt(this.#at) !== quote) throw this.#wrong('a key in double quotes is expected');
      const key = this.#string();
      if (!this.#take(colon)) throw this.#wrong('":" is expected after the key');
      this.#space();
      const value = this.#value(depth + 1);
      // Assigning `__proto__` would set the prototype instead of making a member.
      if (key === '__proto__')
        Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
      else object[key] = value;
    } while (this.#take(comma));
    if (!this.#take(closeBrace)) throw this.#wrong('"," or "}" is expected');
    return object;
  }

  #list(depth: number): Value {
    const list: Value[] = [];
    if (this.#take(closeBracket)) return list;
    do {
      this.#space();
      if (list.length >= this.#options.listItems) throw errorOf(listTooLarge, { limit: this.#options.listItems });
      list.push(this.#value(depth + 1));
    } while (this.#take(comma));
    if (!this.#take(closeBracket)) throw this.#wrong('"," or "]" is expected');
    return list;
  }

  #string(): string {
    const start = this.#at;
    const end = stringEnd(this.#text, start);
    if (end === -1) throw this.#wrong('a text has no closing quote', start);
    this.#at = end + 1;
    const inner = this.#text.slice(start + 1, end);
    if (!unusual.test(inner)) return inner;
    try {
      const value: string = JSON.parse(`"${inner}"`);
      return value;
    } catch {
      throw this.#wrong('a text holds a wrong escape or a bare control character', start);
    }
  }

  /**
   * An int or decimal of so few digits that a double holds them all, which is nearly every one: read here in one pass.
   * Undefined, and nothing taken, for any other.
   */
  #shortNumber(): Value | undefined {
    const text = this.#text;
    const negative = text.charCodeAt(this.#at) === minus;
    const start = negative ? this.#at + 1 : this.#at;
    let at = start;
    let digits = 0;
    let unit = text.charCodeAt(at);
    for (; isDigit(unit); unit = text.charCodeAt(++at)) digits = digits * 10 + (unit - zero);
    const whole = at - start;
    if (whole === 0 || (whole > 1 && text.charCodeAt(start) === zero)) return undefined;
    let scale = 0;
    if (unit === point) {
      unit = text.charCodeAt(++at);
      for (; isDigit(unit); unit = text.charCodeAt(++at)) digits = digits * 10 + (unit - zero);
      scale = at - start - whole - 1;
      if (scale === 0) return undefined;
    }
    if (whole + scale > exactDigits || beginsExponent(unit)) return undefined;
    this.#at = at;
    // There is one zero.
    const signed = negative && digits > 0 ? -digits : digits;
    return scale === 0 ? signed : Decimal.of(signed, scale);
  }

  #number(): Value {
    const start = this.#at;
    numberPattern.lastIndex = start;
    const match = numberPattern.exec(this.#text);
    if (match === null) throw this.#wrong('a digit is expected after "-"');
    const [digits, fraction, exponent] = match;
    this.#at = numberPattern.lastIndex;
    if (exponent !== undefined) {
      const float = Number(digits);
      if (!Number.isFinite(float)) throw this.#outOfRange(`The number ${shortened(digits)}`, start);
      return Float.of(float);
    }
    const int = Number(digits);
    if (fraction === undefined && Number.isSafeInteger(int)) return int + 0;
    const decimal = fraction !== undefined || this.#options.largeInts === 'decimal' ? Decimal.parse(digits) : null;
    if (decimal !== null) return decimal;
    throw this.#outOfRange(`A number of ${digits.length} digits`, start);
  }

  #word(): Value {
    for (const [word, value] of Object.entries(words))
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    throw this.#wrong('no JSON value begins here');
  }
}
