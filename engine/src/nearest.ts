/** Finds what somebody probably meant: the nearest known name to a misspelled one. */
import { distance } from 'fastest-levenshtein';

/**
 * The candidate nearest to `name`, or undefined when none is near enough to be worth naming. Case is no difference; up to a
 * third of the longer name may differ (at least one character, at most three; two that changed places count as one). Of
 * equally near ones the first wins.
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  // A text this long is no misspelled name; and the distance costs the product of the lengths.
  if (name.length > 128) return undefined;
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const allowed = Math.min(3, Math.max(1, Math.floor(Math.max(wanted.length, candidate.length) / 3)));
    if (Math.abs(candidate.length - wanted.length) > allowed) continue;
    const found = isSwap(wanted, candidate.toLowerCase()) ? 1 : distance(wanted, candidate.toLowerCase());
    if (found <= allowed && found < bestDistance) {
      best = candidate;
      bestDistance = found;
    }
  }
  return best;
}

/** Whether two neighbouring characters changed places, the commonest slip of quick fingers: one difference, not two. */
function isSwap(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let first = 0;
  while (first < a.length && a[first] === b[first]) first++;
  return a[first] === b[first + 1] && a[first + 1] === b[first] && a.slice(first + 2) === b.slice(first + 2) && a !== b;
}

/** `Did you mean X?` for the hint of a problem; undefined when nothing is near. */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const near = nearest(name, candidates);
  return near === undefined ? undefined : `Did you mean ${near}?`;
}
