import { describe, expect, it } from 'vitest';
import { filters, findFilter } from './filters/index.ts';
import { findFunction, functions } from './library/index.ts';
import { canonicalName } from './names.ts';

describe('names of functions and filters', () => {
  it.each([
    ['query_records', 'query_records'],
    [' Query All Records ', 'query_all_records'],
    ['try / catch', 'try_catch'],
    ['Try/Catch', 'try_catch'],
    ['for-each', 'for_each'],
    ['for - each', 'for_each'],
  ])('%j is %s', (written, name) => {
    expect(canonicalName(written)).toBe(name);
  });

  it('are declared in the form in which they are compared', () => {
    const declared = [...filters, ...functions].flatMap((one) => [one.name, ...(one.aliases ?? [])]);
    expect(declared.length).toBeGreaterThan(100);
    expect(declared.filter((name) => canonicalName(name) !== name)).toEqual([]);
  });

  it('are found by the same rule', () => {
    expect(findFunction(' Create-Variable ')?.declaration.name).toBe('create_variable');
    expect(findFilter(' Json Decode ')?.filter.name).toBe('json_decode');
    expect(findFilter('json-decode')?.canonical).toBe(false);
  });
});
