/** The characters of a JSON file: blanks, comments, words, numbers; and how problems name what they found. */
import type { Problems } from '../problems.ts';
import type { Source } from './ast.ts';
import { jsonHashComment, jsonTooManyProblems, jsonUnterminatedComment } from './json-problems.ts';

const maxProblems = 200;
const wordRun = /[^\s{}[\],:;="'`#]+/y;
/** Quotes that people (and their word processors) write, and what closes them. */
const closingQuotes: Readonly<Record<string, string>> = { '"': '"', "'": "'", '`': '`', '“': '”', '‘': '’' };

/** Walks over a source; the reader's base. */
export class JsonScanner {
  protected readonly source: Source;
  protected readonly text: string;
  protected position: number;
  /** Nothing more is read: the file is too deep or too broken. */
  protected stopped = false;
  /** The end of the file lies inside a comment or a text, which explains whatever is missing there. */
  protected cutOff = false;
  readonly #problems: Problems;
  #problemCount = 0;

  constructor(source: Source, problems: Problems) {
    this.source = source;
    this.text = source.text;
    this.#problems = problems;
    this.position = source.text.charCodeAt(0) === 0xfeff ? 1 : 0;
  }

  protected report<D extends object>(
    kind: Parameters<typeof Problems.prototype.add<D>>[0],
    start: number,
    end: number,
    pointer: string,
    details: D,
  ): void {
    if (this.stopped) return;
    this.#problems.add(kind, { span: { source: this.source, start, end }, pointer }, details);
    this.#problemCount++;
    if (this.#problemCount < maxProblems) return;
    this.#problems.add(jsonTooManyProblems, { span: { source: this.source, start, end }, pointer }, { count: maxProblems });
    this.stop();
  }

  protected stop(): void {
    this.stopped = true;
    this.position = this.text.length;
  }

  /** Goes to the next character that is neither blank nor comment and answers it; '' at the end. */
  protected skipBlanks(): string {
    const { text } = this;
    for (;;) {
      const code = text.charCodeAt(this.position);
      if (code === 32 || code === 10 || code === 13 || code === 9) this.position++;
      else if (code === 47 && this.#skipComment()) continue;
      else if (code === 35) this.#skipHashComment();
      else return text.charAt(this.position);
    }
  }

  #skipComment(): boolean {
    const start = this.position;
    const second = this.text.charCodeAt(start + 1);
    if (second === 47) {
      this.position = this.#lineEnd(start);
      return true;
    }
    if (second !== 42) return false;
    const end = this.text.indexOf('*/', start + 2);
    this.position = end === -1 ? this.text.length : end + 2;
    if (end === -1) {
      this.cutOff = true;
      this.report(jsonUnterminatedComment, start, start + 2, '', {});
    }
    return true;
  }

  #skipHashComment(): void {
    const start = this.position;
    this.position = this.#lineEnd(start);
    this.report(jsonHashComment, start, start + 1, '', {});
  }

  #lineEnd(from: number): number {
    const end = this.text.indexOf('\n', from);
    return end === -1 ? this.text.length : end;
  }

  /** The next significant character at or behind `from`, without moving (and without reporting). */
  protected peek(from: number): { readonly character: string; readonly at: number } {
    const { text } = this;
    let at = from;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === 32 || code === 10 || code === 13 || code === 9) at++;
      else if (code === 35 || (code === 47 && text.charCodeAt(at + 1) === 47)) at = this.#lineEnd(at);
      else if (code === 47 && text.charCodeAt(at + 1) === 42) {
        const end = text.indexOf('*/', at + 2);
        at = end === -1 ? text.length : end + 2;
      } else return { character: text.charAt(at), at };
    }
  }

  /** True when a key and its colon (or an equals sign meant as one) stand at `at`. */
  protected keyStandsAt(at: number): boolean {
    const closing = closingQuote(this.text.charAt(at));
    if (closing === undefined) {
      const word = this.wordAt(at);
      return word !== '' && ':='.includes(this.peek(at + word.length).character || ' ');
    }
    for (let i = at + 1; i < this.text.length; i++) {
      const character = this.text.charAt(i);
      if (character === closing) return ':='.includes(this.peek(i + 1).character || ' ');
      if (character === '\n') return false;
      if (character === '\\') i++;
    }
    return false;
  }

  /** The run of characters at `at` that are no JSON punctuation, quotes or blanks; '' for none. */
  protected wordAt(at: number): string {
    wordRun.lastIndex = at;
    const run = wordRun.exec(this.text)?.[0] ?? '';
    const comment = run.search(/\/[/*]/);
    return comment === -1 ? run : run.slice(0, comment);
  }

  /** What stands at the position, in words. */
  protected found(): string {
    const character = this.text.charAt(this.position);
    if (character === '') return 'the end of the file';
    if (closingQuote(character) !== undefined) return 'a text';
    return nameOf(this.wordAt(this.position) || character);
  }
}

/** What closes a quote; undefined when the character is none. */
export function closingQuote(character: string): string | undefined {
  if (character === '"') return character;
  return Object.hasOwn(closingQuotes, character) ? closingQuotes[character] : undefined;
}

/** A character or word as a message shows it: what one cannot see is named by its code. */
export function nameOf(text: string): string {
  if (text.length > 40) return `${text.slice(0, 40)}…`;
  const code = text.codePointAt(0) ?? 0;
  const invisible = /^[\p{C}\p{Z}]$/u.test(text);
  return invisible ? `the character U+${code.toString(16).toUpperCase().padStart(4, '0')}` : text;
}
