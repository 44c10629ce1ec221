/**
 * Reads JSON with comments and trailing commas into a tree with places. It keeps its own stack (a hostile file cannot
 * overflow it), reports every problem and goes on behind each as the writer most likely meant it.
 */
import { defaultLimits } from '../limits.ts';
import { lineColumn, type Problems } from '../problems.ts';
import type { JsonMember, JsonNode, Source, Span } from './ast.ts';
import * as problem from './json-problems.ts';
import { ScalarReader } from './json-scalars.ts';
import { closingQuote, nameOf } from './json-scan.ts';

const maxDepth = defaultLimits.jsonDepth;

interface Key {
  readonly text: string;
  readonly span: Span;
  /** What stands here has no place in the object (already reported); it is read and dropped. */
  readonly dropped: boolean;
}

interface OpenBracket {
  readonly start: number;
  readonly pointer: string;
  /** A value has been read; a comma or the closing bracket comes next. */
  full: boolean;
  /** Something unexpected was skipped since the last value: the comma it may have stood for is not reported too. */
  skipped: boolean;
}
interface OpenObject extends OpenBracket {
  readonly close: '}';
  readonly members: JsonMember[];
  /** Keys of an object with more than a few members. */
  keys: Map<string, Span> | null;
  /** Read, its value not yet. */
  key: Key | null;
}
interface OpenArray extends OpenBracket {
  readonly close: ']';
  readonly items: JsonNode[];
}
type Open = OpenObject | OpenArray;

/** Reads JSON with comments and trailing commas; reports every problem and always answers a tree. */
export function readJson(source: Source, problems: Problems): JsonNode {
  return new JsonReader(source, problems).read();
}

class JsonReader extends ScalarReader {
  readonly #open: Open[] = [];
  /** The file itself, around the outermost value. */
  readonly #file: OpenBracket = { start: 0, pointer: '', full: false, skipped: false };
  #root: JsonNode | null = null;
  #lastEnd = 0;

  read(): JsonNode {
    while (this.#root === null) this.#step();
    const missing = this.#root.kind === 'null' && this.#root.missing === true;
    const rest = this.stopped ? '' : this.skipBlanks();
    if (rest !== '' && !missing) {
      this.report(problem.jsonTextAfterEnd, this.position, this.position + 1, '', { found: this.found() });
    }
    return this.#root;
  }

  /** Reads one thing: a scalar, an opening or closing bracket, a key, a comma. */
  #step(): void {
    const open = this.#open.at(-1);
    const character = this.skipBlanks();
    if (character === '' || this.stopped) this.#end(open);
    else if (open === undefined) this.#value('', 'a value');
    else if (open.full) this.#afterValue(open, character);
    else if (open.close === ']') this.#item(open, character);
    else if (open.key === null) this.#key(open, character);
    else this.#memberValue(open, open.key, character);
  }

  #end(open: Open | undefined): void {
    const at = this.text.length;
    if (open === undefined) {
      if (!this.cutOff && !this.#file.skipped) this.report(problem.jsonEmpty, 0, at, '', {});
      this.#attach({ kind: 'null', missing: true, span: this.span(at, at), pointer: '' });
      return;
    }
    if (!this.cutOff) this.#unclosed(open, this.#open.length - 1);
    while (this.#open.length > 0) this.#closeInnermost(at);
  }

  #unclosed(open: Open, more: number): void {
    const bracket = open.close === ']' ? '[' : '{';
    this.report(problem.jsonUnclosedBracket, open.start, open.start + 1, open.pointer, {
      open: bracket,
      close: open.close,
      more,
    });
  }

  #item(open: OpenArray, character: string): void {
    const pointer = `${open.pointer}/${open.items.length}`;
    if (character === ']') this.#close();
    else if (character === '}') this.#wrongBracket(open, character);
    else if (character === ',') {
      this.report(problem.jsonMissingValue, this.position, this.position + 1, pointer, { found: 'the comma' });
      this.#attachMissing(pointer);
    } else this.#value(pointer, 'a value or ]');
  }

  #key(open: OpenObject, character: string): void {
    const start = this.position;
    if (character === '}') this.#close();
    else if (character === ']') this.#wrongBracket(open, character);
    else if (closingQuote(character) !== undefined) {
      const node = this.textNode(open.pointer);
      this.#keyRead(open, { text: node.value, span: node.span, dropped: false });
    } else if (/[\p{L}\p{N}_$]/u.test(character)) {
      const word = this.wordAt(start);
      this.position += word.length;
      this.report(problem.jsonUnquotedKey, start, this.position, open.pointer, { key: nameOf(word) });
      this.#keyRead(open, { text: word, span: this.span(start, this.position), dropped: false });
    } else if (character === ',' || character === ':' || character === '{' || character === '[') {
      if (!open.skipped) this.report(problem.jsonMissingKey, start, start + 1, open.pointer, { found: character });
      if (character === ',' || character === ':') this.position++;
      if (character !== ',') open.key = { text: '', span: this.span(start, start), dropped: true };
    } else this.#skip(open, 'a key or }');
  }

  #keyRead(open: OpenObject, key: Key): void {
    open.key = key;
    if (this.skipBlanks() === ':') {
      this.position++;
      return;
    }
    this.report(problem.jsonMissingColon, key.span.start, key.span.end, pointerTo(open.pointer, key.text), { key: key.text });
    const character = this.skipBlanks();
    if (character === '=') this.position += this.text.charAt(this.position + 1) === '>' ? 2 : 1;
    else if (character === ',' || character === '}' || character === ']' || this.keyStandsAt(this.position)) {
      this.#attachMissing(pointerTo(open.pointer, key.text));
      open.skipped = true;
    }
  }

  #memberValue(open: OpenObject, key: Key, character: string): void {
    const pointer = key.dropped ? open.pointer : pointerTo(open.pointer, key.text);
    if (character !== ',' && character !== '}' && character !== ']') {
      this.#value(pointer, 'a value');
      return;
    }
    const found = character === ',' ? 'the comma' : character;
    this.report(problem.jsonMissingValue, this.position, this.position + 1, pointer, { found });
    this.#attachMissing(pointer);
  }

  #afterValue(open: Open, character: string): void {
    if (character === ',') {
      this.position++;
      open.full = false;
      open.skipped = false;
    } else if (character === open.close) this.#close();
    else if (character === ']' || character === '}') this.#wrongBracket(open, character);
    else if (open.close === ']' ? this.#valueBegins(character) : this.keyStandsAt(this.position)) {
      if (!open.skipped) this.report(problem.jsonMissingComma, this.#lastEnd, this.#lastEnd, open.pointer, {});
      open.full = false;
    } else if (open.close === '}' && this.#valueBegins(character)) this.#dropValue(open);
    else this.#skip(open, `a comma or ${open.close}`);
  }

  #valueBegins(character: string): boolean {
    return closingQuote(character) !== undefined || /[\p{L}\p{N}_$+\-.{[]/u.test(character);
  }

  /** A second value behind a member's: reported once, read and dropped. */
  #dropValue(open: OpenObject): void {
    if (!open.skipped) {
      const found = this.found();
      this.report(problem.jsonUnexpected, this.position, this.position + 1, open.pointer, { found, expected: 'a comma or }' });
    }
    const word = this.wordAt(this.position);
    open.skipped = true;
    if (word !== '') {
      this.position += word.length;
      return;
    }
    open.full = false;
    open.key = { text: '', span: this.span(this.position, this.position), dropped: true };
  }

  #skip(open: OpenBracket, expected: string): void {
    const start = this.position;
    const found = this.found();
    this.position += Math.max(1, this.wordAt(start).length);
    if (open.skipped) return;
    open.skipped = true;
    const hint = found === '=' ? 'write : between key and value' : found === ';' ? 'write a comma' : undefined;
    this.report(problem.jsonUnexpected, start, this.position, open.pointer, {
      found,
      expected,
      ...(hint === undefined ? {} : { hint }),
    });
  }

  /** Reads a scalar or opens a bracket. */
  #value(pointer: string, expected: string): void {
    const start = this.position;
    const character = this.text.charAt(start);
    if (character === '{' || character === '[') this.#openBracket(character, pointer);
    else if (closingQuote(character) !== undefined) this.#attach(this.textNode(pointer));
    else if (character === '-' || (character >= '0' && character <= '9')) this.#attach(this.numberNode(pointer));
    else if (/[\p{L}_$+.]/u.test(character)) this.#attach(this.wordNode(pointer));
    else this.#skip(this.#open.at(-1) ?? this.#file, expected);
  }

  #openBracket(character: '{' | '[', pointer: string): void {
    const start = this.position;
    if (this.#open.length >= maxDepth) {
      this.report(problem.jsonTooDeep, start, start + 1, pointer, { depth: maxDepth });
      this.stop();
      return;
    }
    this.position++;
    const bracket = { start, pointer, full: false, skipped: false };
    this.#open.push(
      character === '{' ? { ...bracket, close: '}', members: [], keys: null, key: null } : { ...bracket, close: ']', items: [] },
    );
  }

  protected override closersNeeded(): string {
    let closers = '';
    for (let i = this.#open.length - 1; i >= 0; i--) closers += this.#open[i]?.close ?? '';
    return closers;
  }

  #attachMissing(pointer: string): void {
    this.#attach({ kind: 'null', missing: true, span: this.span(this.position, this.position), pointer });
  }

  /** Puts a value where it belongs: the file's root, an array's end, the key that waits for it. */
  #attach(node: JsonNode): void {
    this.#lastEnd = node.span.end;
    const open = this.#open.at(-1);
    if (open === undefined) {
      this.#root = node;
      return;
    }
    open.full = true;
    if (open.close === ']') {
      open.items.push(node);
      open.skipped = false;
      return;
    }
    const { key } = open;
    open.key = null;
    if (key === null || key.dropped) return;
    open.skipped = false;
    this.#addMember(open, { key: key.text, keySpan: key.span, value: node });
  }

  #addMember(open: OpenObject, member: JsonMember): void {
    const { members } = open;
    if (open.keys === null && members.length >= 8) open.keys = new Map(members.map((m) => [m.key, m.keySpan]));
    const first = open.keys === null ? spanOfKey(members, member.key) : open.keys.get(member.key);
    if (first === undefined) {
      open.keys?.set(member.key, member.keySpan);
      members.push(member);
      return;
    }
    const { line } = lineColumn(this.text, first.start);
    const { start, end } = member.keySpan;
    this.report(problem.jsonDuplicateKey, start, end, pointerTo(open.pointer, member.key), { key: member.key, line });
  }

  #close(): void {
    this.position++;
    this.#closeInnermost(this.position);
  }

  #closeInnermost(end: number): void {
    const open = this.#open.pop();
    if (open === undefined) return;
    const span = this.span(open.start, end);
    const { pointer } = open;
    // Copies, for an array that grew by pushing keeps room for more: in thousands of small ones that is most of the tree.
    if (open.close === ']') {
      this.#attach({ kind: 'array', items: open.items.slice(), span, pointer });
      return;
    }
    if (open.key !== null && !open.key.dropped) {
      const value: JsonNode = {
        kind: 'null',
        missing: true,
        span: this.span(end, end),
        pointer: pointerTo(pointer, open.key.text),
      };
      this.#addMember(open, { key: open.key.text, keySpan: open.key.span, value });
    }
    this.#attach({ kind: 'object', members: open.members.slice(), span, pointer });
  }

  /**
   * `]` where `}` is due, or the other way round: either the wrong kind was typed, or the inner bracket was forgotten. What
   * follows tells which.
   */
  #wrongBracket(open: Open, found: '}' | ']'): void {
    const outer = this.#open.findLastIndex((o) => o.close === found);
    if (outer === -1 || this.#fits(this.#open.length - 2) || !this.#fits(outer - 1)) {
      const bracket = open.close === ']' ? '[' : '{';
      const { line } = lineColumn(this.text, open.start);
      const details = { open: bracket, close: open.close, found, line };
      this.report(problem.jsonWrongBracket, this.position, this.position + 1, open.pointer, details);
      this.#close();
      return;
    }
    while (this.#open.length > outer + 1) {
      const inner = this.#open.at(-1);
      if (inner !== undefined) this.#unclosed(inner, 0);
      this.#closeInnermost(this.position);
    }
  }

  /** Could what follows the bracket at the position stand directly inside the open bracket `index` (-1: in the file)? */
  #fits(index: number): boolean {
    const next = this.peek(this.position + 1);
    const around = index < 0 ? undefined : this.#open[index];
    if (around === undefined) return next.character === '';
    if (next.character === around.close) return true;
    if (next.character !== ',') return false;
    const behind = this.peek(next.at + 1);
    if (behind.character === around.close) return true;
    return this.keyStandsAt(behind.at) === (around.close === '}');
  }
}

function spanOfKey(members: readonly JsonMember[], key: string): Span | undefined {
  for (const member of members) if (member.key === key) return member.keySpan;
  return undefined;
}

function pointerTo(parent: string, key: string): string {
  return `${parent}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
