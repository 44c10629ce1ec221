/** The filters: all of them, found by name. A new one is declared in its family's file and runs from there. */
import { canonicalName } from '../names.ts';
import { nearest } from '../nearest.ts';
import { conversionFilters } from './conversion.ts';
import type { AnyFilter } from './define.ts';
import { listFilters } from './list.ts';
import { lambdaFilters } from './list-lambda.ts';
import { mathFilters } from './math.ts';
import { nullFilters } from './null.ts';
import { objectFilters } from './object.ts';
import { securityFilters } from './security.ts';
import { sort } from './sort.ts';
import { textFilters } from './text.ts';
import { textPartFilters } from './text-parts.ts';
import { timeFilters } from './time.ts';

export { applyFilter, type PreparedFilter, prepareFilter } from './apply.ts';
export { constantOf } from './constants.ts';

/** Every filter, by name. */
export const filters: readonly AnyFilter[] = [
  ...textFilters,
  ...textPartFilters,
  ...mathFilters,
  ...listFilters,
  ...lambdaFilters,
  sort,
  ...objectFilters,
  ...conversionFilters,
  ...timeFilters,
  ...securityFilters,
  ...nullFilters,
].sort((a, b) => (a.name < b.name ? -1 : 1));

/** A filter found by a name that somebody wrote. */
export interface FoundFilter {
  readonly filter: AnyFilter;
  /** Whether it was written as declared; else the check hints at the declared name. */
  readonly canonical: boolean;
}

const byName = new Map<string, AnyFilter>();
for (const filter of filters)
  for (const name of [filter.name, ...(filter.aliases ?? [])]) {
    if (byName.has(name)) throw new Error(`the filter name ${name} is declared twice`);
    byName.set(name, filter);
  }

/** The filter of a name or alias, however it is spelled. */
export function findFilter(name: string): FoundFilter | undefined {
  const filter = byName.get(name) ?? byName.get(canonicalName(name));
  return filter === undefined ? undefined : { filter, canonical: filter.name === name };
}

/** Which arguments of a filter are lambdas; undefined when there is no such filter. */
export function lambdaArguments(name: string): readonly boolean[] | undefined {
  return findFilter(name)?.filter.parameters.map((parameter) => parameter.kind === 'lambda');
}

/** The known name nearest to a misspelled one. */
export function nearestFilter(name: string): string | undefined {
  return nearest(name, byName.keys());
}
