/**
 * The patterns of `like` and `ilike`. A pattern is cut at its `%`; the first and the last piece are tied to the ends, each other
 * piece takes its leftmost place after the one before, which never has to be taken back: no backtracking.
 */
import { defineError, errorOf } from '../errors.ts';

/** Comparisons that pieces with `_` may cost: text length × piece length. */
const maxComparisons = 100_000_000;

const patternTooCostly = defineError<object>({
  code: 'pattern_too_costly',
  status: 400,
  title: 'A pattern with `_` is too long for a text of this length',
  solve: 'Shorten the pattern, or use `%` instead of many `_`.',
  message: () => 'The pattern is too long for a text of this length.',
});

/** One place of a piece: the character that must stand there, or null for `_`, any one character. */
type Piece = readonly (string | null)[];

/** Whether the whole text matches: `%` any characters, `_` one character (code point), `\` takes the next one literally. */
export function matchesPattern(text: string, pattern: string, ignoreCase: boolean): boolean {
  const subject = ignoreCase ? foldCase(text) : text;
  const pieces = cut(ignoreCase ? foldCase(pattern) : pattern);
  return pieces.every(isLiteral) ? matchesLiterals(subject, pieces.map(joined)) : matchesPieces(Array.from(subject), pieces);
}

const isLiteral = (piece: Piece): boolean => !piece.includes(null);
const joined = (piece: Piece): string => piece.join('');

function cut(pattern: string): Piece[] {
  let piece: (string | null)[] = [];
  const pieces = [piece];
  const characters = Array.from(pattern);
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i] ?? '';
    if (character === '%') {
      piece = [];
      pieces.push(piece);
    } else if (character === '_') piece.push(null);
    // A backslash at the very end stands for itself.
    else if (character === '\\' && i + 1 < characters.length) piece.push(characters[++i] ?? '');
    else piece.push(character);
  }
  return pieces;
}

function matchesLiterals(text: string, pieces: readonly string[]): boolean {
  const first = pieces[0] ?? '';
  if (pieces.length === 1) return text === first;
  const last = pieces[pieces.length - 1] ?? '';
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  const end = text.length - last.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return at <= end;
}

function matchesPieces(text: readonly string[], pieces: readonly Piece[]): boolean {
  const longest = pieces.reduce((length, piece) => Math.max(length, piece.length), 0);
  if (longest * text.length > maxComparisons) throw errorOf(patternTooCostly, {});
  const first = pieces[0] ?? [];
  if (pieces.length === 1) return text.length === first.length && standsAt(text, first, 0);
  const last = pieces[pieces.length - 1] ?? [];
  const end = text.length - last.length;
  if (end < first.length || !standsAt(text, first, 0) || !standsAt(text, last, end)) return false;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    while (at + piece.length <= end && !standsAt(text, piece, at)) at++;
    if (at + piece.length > end) return false;
    at += piece.length;
  }
  return true;
}

function standsAt(text: readonly string[], piece: Piece, at: number): boolean {
  for (let i = 0; i < piece.length; i++) if (piece[i] !== null && piece[i] !== text[at + i]) return false;
  return true;
}

/** Lower case character by character, as PostgreSQL maps it: no change of length, no rule about a word's last letter. */
function foldCase(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text.toLowerCase();
  let folded = '';
  for (const character of text) {
    const lower = character.toLowerCase();
    folded += lower.length === character.length ? lower : character;
  }
  return folded;
}
