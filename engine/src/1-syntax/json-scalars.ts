/** Reads the scalars of JSON files: texts, numbers, words; what is wrong in one is reported, and what was meant is answered. */
import type { JsonNode, JsonString, Span } from './ast.ts';
import * as problem from './json-problems.ts';
import { closingQuote, JsonScanner, nameOf } from './json-scan.ts';
import { decodeText, findTextEnd, plainTextEnd } from './json-text.ts';

const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

export abstract class ScalarReader extends JsonScanner {
  /** The closing brackets that are awaited, innermost first. */
  protected abstract closersNeeded(): string;

  protected textNode(pointer: string): JsonString {
    const { text } = this;
    const start = this.position;
    const opening = text.charAt(start);
    const plainEnd = opening === '"' ? plainTextEnd(text, start + 1) : -1;
    if (plainEnd !== -1) return this.#plainText(start, plainEnd, pointer);
    const quote = closingQuote(opening) ?? opening;
    const end = findTextEnd(text, start + 1, quote, () => this.closersNeeded());
    this.position = end.next;
    const contentStart = start + 1;
    if (opening !== '"') this.report(problem.jsonWrongQuotes, start, end.next, pointer, { quote: opening });
    if (!end.closed) {
      this.report(problem.jsonUnterminatedText, start, end.next, pointer, { quote });
      this.cutOff = this.text.slice(end.next).trim() === '';
    }
    if (end.lineBreak !== -1) this.report(problem.jsonLineBreakInText, end.lineBreak, end.lineBreak, pointer, {});
    if (end.control !== -1) this.#controlCharacter(end.control, pointer);
    const span = this.span(start, end.next);
    const value = decodeText(text, contentStart, end.contentEnd, quote, (from, to) => this.#badEscape(from, to, pointer));
    let offsets: number[] | null = null;
    const offsetOf = (index: number): number => {
      if (offsets === null) {
        offsets = [];
        decodeText(text, contentStart, end.contentEnd, quote, undefined, offsets);
      }
      return offsets[Math.max(0, Math.min(index, offsets.length - 1))] ?? contentStart;
    };
    return { kind: 'string', value, span, pointer, offsetOf };
  }

  #plainText(start: number, end: number, pointer: string): JsonString {
    this.position = end + 1;
    const value = this.text.slice(start + 1, end);
    const offsetOf = (index: number): number => start + 1 + Math.max(0, Math.min(index, value.length));
    return { kind: 'string', value, span: this.span(start, end + 1), pointer, offsetOf };
  }

  #controlCharacter(at: number, pointer: string): void {
    const code = this.text.charCodeAt(at);
    const character = code === 9 ? 'a tab' : nameOf(this.text.charAt(at));
    const written = code === 9 ? '\\t' : `\\u${code.toString(16).padStart(4, '0')}`;
    this.report(problem.jsonControlCharacter, at, at + 1, pointer, { character, written });
  }

  #badEscape(start: number, end: number, pointer: string): void {
    const written = this.text.slice(start, end);
    const hint = written.startsWith('\\u') ? 'four hexadecimal digits follow \\u' : 'a backslash itself is written \\\\';
    this.report(problem.jsonBadEscape, start, end, pointer, { written, hint });
  }

  protected numberNode(pointer: string): JsonNode {
    const start = this.position;
    const word = this.wordAt(start);
    number.lastIndex = start;
    const digits = number.exec(this.text)?.[0] ?? '';
    this.position += word.length;
    if (digits === word) return { kind: 'number', text: digits, span: this.span(start, this.position), pointer };
    this.report(problem.jsonBadNumber, start, this.position, pointer, { written: nameOf(word), hint: numberHint(word) });
    return { kind: 'null', missing: true, span: this.span(start, this.position), pointer };
  }

  protected wordNode(pointer: string): JsonNode {
    const start = this.position;
    const word = this.wordAt(start);
    this.position += word.length;
    const span = this.span(start, this.position);
    if (word === 'true' || word === 'false') return { kind: 'boolean', value: word === 'true', span, pointer };
    if (word === 'null') return { kind: 'null', span, pointer };
    if (/^(?:[+.]+[0-9]|[+]?(?:NaN|Infinity)$)/.test(word)) {
      this.report(problem.jsonBadNumber, start, this.position, pointer, { written: nameOf(word), hint: numberHint(word) });
    } else {
      this.report(problem.jsonUnquotedText, start, this.position, pointer, { word: nameOf(word), hint: wordHint(word) });
    }
    return { kind: 'null', missing: true, span, pointer };
  }

  protected span(start: number, end: number): Span {
    return { source: this.source, start, end };
  }
}

function numberHint(word: string): string {
  const plain = word
    .replace(/^\+/, '')
    .replaceAll('_', '')
    .replace(/^(-?)\./, '$10.');
  const short = plain.replace(/^(-?)0+(?=[0-9])/, '$1');
  number.lastIndex = 0;
  if (number.exec(short)?.[0] === short && short !== '') return `write ${short}`;
  if (/^-?(?:NaN|Infinity)$/.test(plain)) return 'write null; a number is finite here';
  return 'if it is a text, write it in double quotes';
}

function wordHint(word: string): string {
  const lower = word.toLowerCase();
  if (lower === 'true' || lower === 'false' || lower === 'null') return `write ${lower}`;
  if (lower === 'undefined' || lower === 'none' || lower === 'nil') return 'write null';
  return `if it is a text, write "${nameOf(word)}"; an expression stands in a text too: "{{ ${nameOf(word)} }}"`;
}
