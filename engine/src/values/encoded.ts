/** JSON that came ready from the world, on its way out: nothing between looks inside. */
import { encodeUtf8 } from './base64.ts';

/** Characters beyond ASCII, or their bytes, in a row. */
const beyondAscii = /[\u0080-\uffff]+/g;

/** Bytes of rows as JSON at most: far beyond every answer, and short of the longest string of V8 (2²⁹ − 24). */
export const mostEncodedBytes = 400_000_000;

/**
 * One JSON text that a stack only passes on: a row, or a list of rows. Where a stack compares it with null or asks whether it is
 * there it behaves as the object or list that it stands for; no expression gets further.
 */
export class EncodedJson {
  /** The text in UTF-8, one character a byte. */
  readonly $utf8: string;
  /** Whether it holds ASCII alone, so that `$utf8` is the text as well. */
  readonly $ascii: boolean;

  /**
   * @param utf8 - well-formed UTF-8, one character (0 to 255) a byte
   * @param ascii - whether all of them are below 128
   */
  constructor(utf8: string, ascii: boolean) {
    this.$utf8 = utf8;
    this.$ascii = ascii;
  }

  /** The same as an ordinary text. */
  get $text(): string {
    return this.$ascii ? this.$utf8 : this.$utf8.replace(beyondAscii, decoded);
  }
}

/** A text without lone surrogates in UTF-8, one character a byte. */
export const utf8Of = (text: string): string => text.replace(beyondAscii, encoded);

function encoded(text: string): string {
  let utf8 = '';
  for (const byte of encodeUtf8(text)) utf8 += String.fromCharCode(byte);
  return utf8;
}

/** The characters of well-formed UTF-8 beyond ASCII: sequences of two, three or four bytes, as the first one says. */
function decoded(utf8: string): string {
  const rest = (at: number): number => utf8.charCodeAt(at) & 63;
  let text = '';
  for (let i = 0; i < utf8.length; ) {
    const first = utf8.charCodeAt(i);
    if (first < 0xe0) {
      text += String.fromCharCode(((first & 31) << 6) | rest(i + 1));
      i += 2;
    } else if (first < 0xf0) {
      text += String.fromCharCode(((first & 15) << 12) | (rest(i + 1) << 6) | rest(i + 2));
      i += 3;
    } else {
      text += String.fromCodePoint(((first & 7) << 18) | (rest(i + 1) << 12) | (rest(i + 2) << 6) | rest(i + 3));
      i += 4;
    }
  }
  return text;
}
