/** The parser's ground floor: tokens, places, problems, and what could stand where the text ends. */
import type { ProblemKind, Problems } from '../problems.ts';
import type { Expression, Source, Span } from './ast.ts';
import { expressionExpected, expressionTooDeep, expressionUnclosed } from './expression-problems.ts';
import { type Token, tokensOf } from './tokens.ts';

/** What the parser has to know of the filters. */
export interface Syntax {
  /** Which arguments of a filter are lambdas (whole expressions); undefined for an unknown filter. */
  readonly lambdaArguments: (filter: string) => readonly boolean[] | undefined;
}

/** Where an expression's text stands. */
export interface Place {
  readonly source: Source;
  readonly pointer: string;
  /** The file offset of the character `index` of the text; index may equal the text's length. */
  readonly offsetOf: (index: number) => number;
}

/** What could stand at a place of an expression, for completion. */
export interface Expected {
  /** `end`: nothing that could be proposed, as inside a text. */
  readonly kind: 'operand' | 'operator' | 'member' | 'filter' | 'filter_argument' | 'end';
  /** What stands before: the object of a member, the input of a filter, the value left of an operator. */
  readonly after?: Expression;
  /** The filter whose argument is expected, and whether that is an expression over `item`. */
  readonly filter?: { readonly name: string; readonly argument: number; readonly lambda: boolean };
  /** What has been typed of the word already. */
  readonly prefix: string;
  /** The operators that may stand here. */
  readonly operators?: readonly string[];
}

interface Mistake {
  readonly start: number;
  readonly add: (problems: Problems) => void;
}

const maxNesting = 100;
/** Bounds the tree's height where the text is flat (`a + b + c …`), for whoever walks it recursively. */
const maxHeight = 256;

/** Reads tokens one by one. Places are counted in the expression's text and translated when a node or problem is made. */
export class Cursor {
  /** Closing brackets that are awaited, innermost last. */
  protected readonly awaited: string[] = [];
  protected token: Token;
  /** End of the token read last. */
  protected lastEnd = 0;
  protected readonly syntax: Syntax;
  #expected: Omit<Expected, 'prefix'> | null = null;
  readonly #place: Place;
  readonly #tokens: readonly Token[];
  #index = 0;
  #nesting = 0;
  #stopped = false;
  readonly #heights = new Map<Expression, number>();
  readonly #mistakes: Mistake[] = [];
  /** Where the parser has reported something already: what follows from it is not reported again. */
  readonly #reportedAt = new Set<number>();

  constructor(
    text: string,
    place: Place,
    syntax: Syntax,
    edit: (tokens: readonly Token[]) => readonly Token[] = (tokens) => tokens,
  ) {
    this.#place = place;
    this.syntax = syntax;
    this.#tokens = edit(tokensOf(text, (kind, start, end, details) => this.#mistake(kind, start, end, details)));
    this.token = this.peek(0);
    const unclosed = this.#tokens.find((token) => token.unclosed);
    // It explains what is missing behind it, and why it stands where it does.
    if (unclosed !== undefined) this.#reportedAt.add(unclosed.start).add(text.length);
  }

  /** Hands the problems over, in the order of their places. */
  addTo(problems: Problems): void {
    for (const mistake of this.#mistakes.sort((a, b) => a.start - b.start)) mistake.add(problems);
  }

  /** What could have stood where the text ended. */
  get expected(): Omit<Expected, 'prefix'> | null {
    return this.#expected;
  }

  #mistake<D extends object>(kind: ProblemKind<D>, start: number, end: number, details: D): void {
    if (this.#stopped) return;
    const at = { span: this.span(start, end), pointer: this.#place.pointer };
    this.#mistakes.push({ start, add: (problems) => problems.add(kind, at, details) });
  }

  /** Reports a mistake; a second one at the same place is the first one's consequence and is left out. */
  protected report<D extends object>(kind: ProblemKind<D>, start: number, end: number, details: D): void {
    if (this.#reportedAt.has(start)) return;
    this.#reportedAt.add(start);
    this.#mistake(kind, start, end, details);
  }

  /** Reports that something else is expected at the current token. */
  protected missing(expected: string, hint?: string): void {
    const { start, end } = this.token;
    this.report(expressionExpected, start, end, { expected, found: this.found(), ...(hint === undefined ? {} : { hint }) });
  }

  /** The current token in words. */
  protected found(): string {
    const { type, text } = this.token;
    const short = text.length > 30 ? `${text.slice(0, 30)}…` : text;
    if (type === 'end') return 'the end';
    if (type === 'text') return `the text '${short}'`;
    return short;
  }

  protected peek(distance: number): Token {
    const token = this.#tokens[Math.min(this.#index + distance, this.#tokens.length - 1)];
    if (token === undefined) throw new Error('a token list ends with an end token');
    return token;
  }

  protected next(): Token {
    const { token } = this;
    if (token.type !== 'end') this.lastEnd = token.end;
    this.#index++;
    this.token = this.peek(0);
    return token;
  }

  /** Is the current token this symbol? */
  protected at(symbol: string): boolean {
    return this.token.type === 'symbol' && this.token.text === symbol;
  }

  /** Is it the closing bracket of an open one? */
  protected atAwaited(): boolean {
    return this.token.type === 'symbol' && this.awaited.includes(this.token.text);
  }

  protected accept(symbol: string): boolean {
    if (!this.at(symbol)) return false;
    this.next();
    return true;
  }

  /** Reads a closing bracket; a missing one is reported at the opening one, unless the end has been reported already. */
  protected close(opening: Token, closing: string): void {
    this.awaited.pop();
    if (this.accept(closing)) return;
    if (this.token.type === 'end' && this.#reportedAt.has(this.token.start)) return;
    if (this.token.type === 'end') this.#reportedAt.add(this.token.start);
    this.report(expressionUnclosed, opening.start, opening.end, { open: opening.text, close: closing });
  }

  protected span(start: number, end: number): Span {
    return { source: this.#place.source, start: this.#place.offsetOf(start), end: this.#place.offsetOf(end) };
  }

  /** Place of a node that began at `start` and ends with the token read last. */
  protected from(start: number): { readonly span: Span; readonly pointer: string } {
    return { span: this.span(start, Math.max(start, this.lastEnd)), pointer: this.#place.pointer };
  }

  protected hole(): Expression {
    const { start } = this.token;
    return { kind: 'hole', span: this.span(start, start), pointer: this.#place.pointer };
  }

  /** Notes what could stand at the end of the text; the first note is the one that counts. */
  protected expect(expected: Omit<Expected, 'prefix'>): void {
    if (this.token.type === 'end' && !this.#stopped) this.#expected ??= expected;
  }

  /** Reads one floor deeper; a hole when that is too deep. */
  protected nested(read: () => Expression): Expression {
    if (this.#nesting >= maxNesting) return this.#tooDeep(maxNesting);
    this.#nesting++;
    const expression = read();
    this.#nesting--;
    return expression;
  }

  /** Every node with children passes here, so that no tree grows higher than its readers can walk. */
  protected made(expression: Expression, ...children: readonly Expression[]): Expression {
    let height = 1;
    for (const child of children) height = Math.max(height, 1 + (this.#heights.get(child) ?? 1));
    if (height > maxHeight) return this.#tooDeep(maxHeight);
    this.#heights.set(expression, height);
    return expression;
  }

  #tooDeep(depth: number): Expression {
    const { start, end } = this.token;
    this.report(expressionTooDeep, start, end, { depth });
    this.#stopped = true;
    this.#index = this.#tokens.length - 1;
    this.token = this.peek(0);
    return this.hole();
  }
}
