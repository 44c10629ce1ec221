/** Base64 (RFC 4648, section 4) and UTF-8 without a platform: the engine knows nothing but the language. */
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** Two characters for each of the 4096 values of 12 bits. */
const pairs: readonly string[] = Array.from({ length: 4096 }, (_, n) => `${alphabet[n >> 6]}${alphabet[n & 63]}`);
const sixBits: ReadonlyMap<number, number> = new Map(
  Array.from(`${alphabet.slice(0, 62)}-_`, (character, value) => [character.charCodeAt(0), value]),
);
const chunkTriples = 8_192;

/** Bytes as base64 with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  const whole = bytes.length - (bytes.length % 3);
  let text = '';
  for (let start = 0; start < whole; start += chunkTriples * 3) {
    // Pieces are joined per chunk: one text that grows by four characters a time would be a rope of millions of parts.
    const pieces: string[] = [];
    for (let i = start; i < Math.min(whole, start + chunkTriples * 3); i += 3) {
      const triple = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
      pieces.push(pairs[triple >> 12] ?? '', pairs[triple & 4095] ?? '');
    }
    text += pieces.join('');
  }
  const rest = bytes.length - whole;
  if (rest === 1) return `${text}${pairs[(bytes[whole] ?? 0) << 4]}==`;
  if (rest === 2) {
    const bits = (((bytes[whole] ?? 0) << 8) | (bytes[whole + 1] ?? 0)) << 2;
    return `${text}${pairs[bits >> 6]}${alphabet[bits & 63]}=`;
  }
  return text;
}

/** Bytes in the alphabet for addresses (RFC 4648, section 5), without padding. */
export function encodeBase64Url(bytes: Uint8Array): string {
  return encodeBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** The bytes of a text that `encodeBase64Url` gave; null for any other text: each sequence of bytes has one text. */
export function decodeBase64Url(text: string): Uint8Array | null {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let count = 0;
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const value = sixBits.get(text.charCodeAt(i));
    if (value === undefined) return null;
    bits = ((bits << 6) | value) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes[at++] = (bits >> count) & 255;
  }
  const left = bits & ((1 << count) - 1);
  return count >= 6 || left !== 0 ? null : bytes;
}

/** Length of a text in UTF-8. A lone surrogate counts three bytes, as its replacement character does. */
export function utf8Length(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) length += 1;
    else if (unit >= 0xd800 && unit < 0xdc00 && isLow(text.charCodeAt(i + 1))) {
      length += 2;
      i += 1;
    } else length += 2;
  }
  return length;
}

const isLow = (unit: number): boolean => unit >= 0xdc00 && unit < 0xe000;

/** A text's bytes in UTF-8; a lone surrogate becomes U+FFFD, as TextEncoder has it. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(utf8Length(text));
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    let point = text.charCodeAt(i);
    if (point >= 0xd800 && point < 0xe000) {
      const whole = text.codePointAt(i) ?? 0xfffd;
      if (whole > 0xffff) i += 1;
      point = whole > 0xffff ? whole : 0xfffd;
    }
    if (point < 0x80) bytes[at++] = point;
    else if (point < 0x800) {
      bytes[at++] = 0xc0 | (point >> 6);
      bytes[at++] = 0x80 | (point & 63);
    } else {
      if (point < 0x10000) bytes[at++] = 0xe0 | (point >> 12);
      else {
        bytes[at++] = 0xf0 | (point >> 18);
        bytes[at++] = 0x80 | ((point >> 12) & 63);
      }
      bytes[at++] = 0x80 | ((point >> 6) & 63);
      bytes[at++] = 0x80 | (point & 63);
    }
  }
  return bytes;
}
