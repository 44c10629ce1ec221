/** Cuts an expression's text into tokens. Mistakes within a token are reported here, and the token stands for what was meant. */
import type { ProblemKind } from '../problems.ts';
import * as problem from './expression-problems.ts';
import { nameOf } from './json-scan.ts';

export interface Token {
  /** `bad`: characters without meaning, already reported. */
  readonly type: 'name' | 'number' | 'text' | 'symbol' | 'bad' | 'end';
  /** A name, a number's digits, a text's value, a symbol in its canonical spelling. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** A comparison with a question mark directly behind it. */
  readonly optional?: true;
  /** A name that was written with `$`. */
  readonly dollar?: true;
  /** A text whose end is missing: it reaches to the expression's end. */
  readonly unclosed?: true;
}

/** Receives mistakes by their place in the expression's text. */
export type Report = <D extends object>(kind: ProblemKind<D>, start: number, end: number, details: D) => void;

const blank = /\s+/y;
const name = /[A-Za-z_][A-Za-z0-9_]*/y;
const nameRun = /[\p{L}\p{N}\p{M}_$]+/uy;
const number = /[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const digits = /[0-9]+/y;
const symbols = /===|!==|==|!=|<=|>=|<>|=>|&&|\|\||\?\?|\?\.(?![0-9])|[=<>!&|?:.,+\-*/%~()[\]{}]/y;
const badRun = /[^\sA-Za-z0-9_'"`‘“$=<>!&|?:.,+\-*/%~()[\]{}]+/y;
const comparisons = new Set(['==', '!=', '<', '<=', '>', '>=']);
/** Spellings of other languages and what is meant. */
const spellings: Readonly<Record<string, string>> = { '=': '==', '<>': '!=', '&': '&&' };
const closingQuotes: Readonly<Record<string, string>> = { "'": "'", '"': '"', '`': '`', '‘': '’', '“': '”' };
const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\\': '\\', "'": "'", '"': '"' };

/** The tokens of `text`, the last one of type `end`. */
export function tokensOf(text: string, report: Report): readonly Token[] {
  return new Lexer(text, report).tokens();
}

class Lexer {
  readonly #text: string;
  readonly #report: Report;
  readonly #tokens: Token[] = [];
  #at = 0;

  constructor(text: string, report: Report) {
    this.#text = text;
    this.#report = report;
  }

  tokens(): readonly Token[] {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code <= 32 || code >= 128) this.#match(blank);
      if (this.#at >= this.#text.length) break;
      this.#token();
    }
    const end = this.#text.length;
    this.#tokens.push({ type: 'end', text: '', start: end, end });
    return this.#tokens;
  }

  #token(): void {
    const start = this.#at;
    const character = this.#text.charAt(start);
    if (this.#plainName()) return;
    if (Object.hasOwn(closingQuotes, character)) this.#quoted(character);
    else if (character >= '0' && character <= '9') this.#number();
    else if (character === '.' && this.#isPointOfNumber()) this.#number();
    else if (character === '$' || /[\p{L}_]/u.test(character)) this.#name();
    else if (!this.#symbol()) {
      const run = this.#match(badRun) || this.#take(1);
      this.#report(problem.expressionBadCharacter, start, this.#at, { found: nameOf(run) });
      this.#push('bad', run, start);
    }
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  #take(length: number): string {
    const taken = this.#text.slice(this.#at, this.#at + length);
    this.#at += taken.length;
    return taken;
  }

  #push(type: Token['type'], text: string, start: number, more: Pick<Token, 'optional' | 'dollar' | 'unclosed'> = {}): void {
    this.#tokens.push({ type, text, start, end: this.#at, ...more });
  }

  /** A point with a digit behind it begins a number (a wrong one) where no member can stand. */
  #isPointOfNumber(): boolean {
    if (!/[0-9]/.test(this.#text.charAt(this.#at + 1))) return false;
    const last = this.#tokens.at(-1);
    return last === undefined || (last.type === 'symbol' && !')]}.'.includes(last.text));
  }

  /** The usual name, followed by nothing that could belong to one. */
  #plainName(): boolean {
    const start = this.#at;
    const word = this.#match(name);
    if (word === '') return false;
    const next = this.#text.charCodeAt(this.#at);
    const ends = next !== 36 && !(next >= 128);
    if (ends) this.#push('name', word, start);
    else this.#at = start;
    return ends;
  }

  #name(): void {
    const start = this.#at;
    const dollars = this.#match(/\$*/y);
    const word = this.#match(name);
    const run = this.#match(nameRun);
    if (run !== '') {
      const written = dollars + word + run;
      this.#report(problem.expressionBadName, start, this.#at, { name: nameOf(written) });
      this.#push('bad', written, start);
    } else if (dollars === '') this.#push('name', word, start);
    else if (word !== '' || dollars.length === 2) this.#push('name', word, start, { dollar: true });
    else {
      this.#report(problem.expressionBadCharacter, start, this.#at, { found: dollars });
      this.#push('bad', dollars, start);
    }
  }

  #number(): void {
    const start = this.#at;
    const last = this.#tokens.at(-1);
    // `rows.0.1` reads two indexes, not the number 0.1.
    const isIndex = last?.type === 'symbol' && last.text === '.';
    const point = this.#text.charAt(start) === '.' ? this.#take(1) : '';
    const read = this.#match(isIndex ? digits : number);
    const rest = this.#match(nameRun);
    const written = point + read + rest;
    const canonical = point !== '' ? `0.${read}` : read.replace(/^0+(?=[0-9])/, '');
    if (canonical !== written) {
      const plain = written.replaceAll('_', '');
      const hint = rest === '' ? `write ${canonical}` : /^[0-9]+$/.test(plain) ? `write ${plain}` : 'a text stands in quotes';
      this.#report(problem.expressionBadNumber, start, this.#at, { written, hint });
    }
    this.#push('number', canonical, start);
  }

  #symbol(): boolean {
    const start = this.#at;
    const written = this.#match(symbols);
    if (written === '') return false;
    let symbol = Object.hasOwn(spellings, written) ? (spellings[written] ?? written) : written;
    if (written === '===' || written === '!==') {
      symbol = written.slice(0, 2);
      this.#report(problem.expressionStrictEquality, start, this.#at, { written, operator: symbol });
    } else if (written === '?.') {
      symbol = '.';
      const bracket = this.#text.charAt(this.#at) === '[';
      this.#report(problem.expressionOptionalChaining, start, this.#at, { bracket });
      if (bracket) return true;
    } else if (symbol !== written) {
      this.#report(problem.expressionOperatorSpelling, start, this.#at, { written, operator: symbol });
    }
    const optional = comparisons.has(symbol) && this.#text.charAt(this.#at) === '?';
    if (optional) this.#at++;
    this.#push('symbol', symbol, start, optional ? { optional: true } : {});
    return true;
  }

  #quoted(quote: string): void {
    const start = this.#at;
    const closing = closingQuotes[quote] ?? quote;
    if (quote !== "'" && quote !== '"') this.#report(problem.expressionBadQuotes, start, start + 1, { quote });
    this.#at++;
    let value = '';
    while (this.#at < this.#text.length) {
      const character = this.#text.charAt(this.#at);
      if (character === closing) {
        this.#at++;
        this.#push('text', value, start);
        return;
      }
      value += character === '\\' ? this.#escape() : this.#take(1);
    }
    this.#report(problem.expressionUnterminatedText, start, start + 1, { quote: closing });
    this.#push('text', value, start, { unclosed: true });
  }

  #escape(): string {
    const start = this.#at;
    const letter = this.#text.charAt(start + 1);
    const unit = /^[0-9a-fA-F]{4}$/.exec(this.#text.slice(start + 2, start + 6))?.[0];
    if (letter === 'u' && unit !== undefined) {
      this.#at += 6;
      return String.fromCharCode(Number.parseInt(unit, 16));
    }
    const known = Object.hasOwn(escapes, letter) ? escapes[letter] : undefined;
    const written = this.#take(2);
    if (known === undefined) this.#report(problem.expressionBadEscape, start, this.#at, { written });
    return known ?? letter;
  }
}
