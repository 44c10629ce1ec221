/** Texts by Unicode code point. Most texts have no surrogates and are handled by their UTF-16 units, which then are the same. */
const surrogates = /[\ud800-\udfff]/;

/** Number of code points. */
export function characterCount(text: string): number {
  if (!surrogates.test(text)) return text.length;
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    if ((text.codePointAt(i) ?? 0) > 0xffff) i += 1;
    count += 1;
  }
  return count;
}

/**
 * Part of a text. `start` counts from the end when negative (and is 0 when that is before the first); a negative `length`
 * leaves characters off the end.
 */
export function sliceCharacters(text: string, start: number, length: number | undefined): string {
  if (!surrogates.test(text)) return text.slice(...bounds(text.length, start, length));
  const characters = Array.from(text);
  return characters.slice(...bounds(characters.length, start, length)).join('');
}

function bounds(count: number, start: number, length: number | undefined): [number, number] {
  const from = Math.min(count, start < 0 ? Math.max(0, count + start) : start);
  if (length === undefined) return [from, count];
  return [from, Math.max(from, length < 0 ? count + length : Math.min(count, from + length))];
}

/** Takes every one of `characters` off both ends. */
export function trimCharacters(text: string, characters: string): string {
  const unwanted = new Set(characters);
  if (!surrogates.test(text)) {
    let from = 0;
    let to = text.length;
    while (from < to && unwanted.has(text[from] ?? '')) from++;
    while (to > from && unwanted.has(text[to - 1] ?? '')) to--;
    return text.slice(from, to);
  }
  const list = Array.from(text);
  const from = list.findIndex((character) => !unwanted.has(character));
  return from === -1 ? '' : list.slice(from, list.findLastIndex((character) => !unwanted.has(character)) + 1).join('');
}
