/** Texts of JSON files: where they end (also when the closing quote is missing) and what their escapes mean. */

/** Where a text ends. */
export interface TextEnd {
  /** Offset behind the last character of the content. */
  readonly contentEnd: number;
  /** Offset at which reading goes on. */
  readonly next: number;
  readonly closed: boolean;
  /** Offset of the first raw line break inside, or -1. */
  readonly lineBreak: number;
  /** Offset of the first other control character inside, or -1. */
  readonly control: number;
}

/** What stands wrong in an escape. */
export type ReportEscape = (start: number, end: number) => void;

// A line that can only be JSON again, so that a text without closing quote ended before it: a key or an item, closing
// brackets, an opening one, a comment. (A line that begins with the closing quote itself belongs to the text.)
const jsonLine = /[ \t]*(?:"(?![ \t]*(?:[,}\]\r\n]|$))|[}\]][}\], \t]*(?:[\r\n]|$|\/\/)|[{[][ \t]*(?:["{}[\]]|[\r\n]|$)|\/\/)/y;
const lineTail = /[ \t]*([}\]]*)[ \t]*,?[ \t]*$/;

/**
 * Finds the end of the text whose content begins at `start`. A raw line break does not end it by itself: many people write
 * long texts over several lines, so the text goes on unless the next line is plainly JSON. `openBrackets` are the closing
 * brackets that the surrounding needs, innermost first: closers and a comma at the end of an unclosed text's line are left
 * to the surrounding.
 */
export function findTextEnd(text: string, start: number, quote: string, openBrackets: () => string): TextEnd {
  const quoteCode = quote.charCodeAt(0);
  let lineBreak = -1;
  let control = -1;
  let i = start;
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === quoteCode) return { contentEnd: i, next: i + 1, closed: true, lineBreak, control };
    if (code === 92) {
      // A backslash before a line break escapes nothing and must not hide it.
      if (!isLineBreak(text.charCodeAt(i + 1))) i++;
    } else if (code < 32) {
      if (!isLineBreak(code)) {
        if (control === -1) control = i;
        continue;
      }
      if (lineBreak === -1) lineBreak = i;
      const nextLine = code === 13 && text.charCodeAt(i + 1) === 10 ? i + 2 : i + 1;
      jsonLine.lastIndex = nextLine;
      if (jsonLine.test(text)) break;
    }
  }
  const end = Math.min(i, text.length);
  const contentEnd = withoutTail(
    text,
    lineBreak === -1 ? start : Math.max(start, text.lastIndexOf('\n', end - 1) + 1),
    end,
    openBrackets(),
  );
  return { contentEnd, next: contentEnd, closed: false, lineBreak: -1, control };
}

function isLineBreak(code: number): boolean {
  return code === 10 || code === 13;
}

/** Leaves a comma and the closers that the surrounding waits for out of the last line of an unclosed text. */
function withoutTail(text: string, lineStart: number, end: number, openBrackets: string): number {
  const line = text.slice(lineStart, end).trimEnd();
  const expression = line.lastIndexOf('{{');
  const expressionEnd = expression === -1 ? -1 : line.indexOf('}}', expression);
  const from = expressionEnd === -1 ? 0 : expressionEnd + 2;
  const tail = lineTail.exec(line.slice(from));
  if (tail === null) return lineStart + line.length;
  const closers = tail[1] ?? '';
  if (openBrackets.startsWith(closers)) return lineStart + from + tail.index;
  return lineStart + line.replace(/[ \t]*,$/, '').length;
}

/** The end of a text without escapes, line breaks and other control characters, or -1: nearly all are such. */
export function plainTextEnd(text: string, start: number): number {
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 34) return i;
    if (code === 92 || code < 32) return -1;
  }
  return -1;
}

const simpleEscapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/**
 * Decodes the content between `start` and `end`. Lone surrogates are kept. `offsets` receives the file offset of each unit
 * of the result, and that of the end.
 */
export function decodeText(
  text: string,
  start: number,
  end: number,
  quote: string,
  report?: ReportEscape,
  offsets?: number[],
): string {
  let value = '';
  let plain = start;
  let i = start;
  const add = (unit: string, from: number, to: number): void => {
    value += text.slice(plain, from) + unit;
    if (offsets !== undefined) {
      for (let k = plain; k < from; k++) offsets.push(k);
      if (unit !== '') offsets.push(from);
    }
    plain = to;
    i = to;
  };
  while (i < end) {
    if (text.charCodeAt(i) !== 92) {
      i++;
      continue;
    }
    const letter = i + 1 < end ? text.charAt(i + 1) : '';
    if (letter === 'u') {
      const digits = /^[0-9a-fA-F]{0,4}/.exec(text.slice(i + 2, Math.min(i + 6, end)))?.[0] ?? '';
      if (digits.length === 4) {
        add(String.fromCharCode(Number.parseInt(digits, 16)), i, i + 6);
      } else {
        report?.(i, i + 2 + digits.length);
        add('\ufffd', i, i + 2 + digits.length);
      }
      continue;
    }
    const known = letter === quote ? quote : Object.hasOwn(simpleEscapes, letter) ? simpleEscapes[letter] : undefined;
    if (known !== undefined) add(known, i, i + 2);
    else {
      report?.(i, Math.min(i + 2, end));
      // The backslash is dropped, what it stands before is kept.
      add('', i, i + 1);
      i++;
    }
  }
  add('', end, end);
  offsets?.push(end);
  return value;
}
