/** JSON that came ready from the world, on its way out: nothing between looks inside. */

/** Bytes beyond ASCII, and the sign that begins an escape of a URI. */
const escaped = /[%\u0080-\u00ff]/g;

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
    return this.$ascii ? this.$utf8 : decodeURIComponent(this.$utf8.replace(escaped, (byte) => `%${hex(byte)}`));
  }
}

const hex = (byte: string): string => byte.charCodeAt(0).toString(16).padStart(2, '0');
