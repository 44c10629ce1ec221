/** Running a filter: what all of them have in common is checked here, once. */
import { errorOf, listTooLarge, wrongType } from '../errors.ts';
import { typeName } from '../values/kinds.ts';
import type { TypeName, Value } from '../values/value.ts';
import type { AnyFilter, FilterContext, FilterParameter, Lambda } from './define.ts';

/** Characters of a text that cost one step of the budget. */
const textPerStep = 1_000;

const bits: Readonly<Record<TypeName, number>> = {
  null: 1,
  bool: 2,
  int: 4,
  decimal: 8,
  float: 16,
  text: 32,
  timestamp: 64,
  date: 128,
  bytes: 256,
  list: 512,
  object: 1024,
};
const anything = 2047;

/** A filter ready to run: its declaration's accepted types as bit sets, looked at for every call. */
export interface PreparedFilter {
  readonly name: string;
  /** As the declaration lists them, for messages. */
  readonly wanted: readonly TypeName[] | undefined;
  readonly input: number;
  readonly parameters: readonly { readonly declaration: FilterParameter; readonly mask: number }[];
  readonly run: (context: FilterContext, value: Value, ...args: readonly (Value | Lambda | undefined)[]) => Value;
}

const prepared = new WeakMap<AnyFilter, PreparedFilter>();

const maskOf = (types: readonly TypeName[] | undefined): number =>
  types === undefined ? anything : types.reduce((mask, name) => mask | bits[name], 0);

/** Prepares a filter, once for all that use it. */
export function prepareFilter(filter: AnyFilter): PreparedFilter {
  const known = prepared.get(filter);
  if (known !== undefined) return known;
  const made: PreparedFilter = {
    name: filter.name,
    wanted: filter.input,
    input: maskOf(filter.input),
    parameters: filter.parameters.map((declaration) => ({ declaration, mask: maskOf(declaration.types) })),
    // The checks of applyFilter against the same declaration are what makes the erased types true again.
    run: filter.run as PreparedFilter['run'],
  };
  prepared.set(filter, made);
  return made;
}

/**
 * Runs a filter: null gives null unless the filter takes it; types of value and arguments are checked (`wrong_type` says of
 * which); lists over the limit are refused (`list_too_large`); work that grows with the value is charged (`work_limit`).
 * An optional argument that is null counts as absent.
 */
export function applyFilter(
  filter: PreparedFilter,
  context: FilterContext,
  value: Value,
  args: readonly (Value | Lambda | undefined)[],
): Value {
  const { input, parameters, run } = filter;
  if (value === null && (input & bits.null) === 0) return null;
  if (input !== anything && (input & bits[typeName(value)]) === 0)
    throw errorOf(wrongType, { what: `The filter ${filter.name}`, wanted: described(filter.wanted), found: typeName(value) });
  chargeFor(value, context);
  const [first] = parameters;
  if (first === undefined) return run(context, value);
  for (const given of args) if (Array.isArray(given)) context.charge(given.length);
  // Most filters have one argument: no list is made for it.
  if (parameters.length === 1) return run(context, value, argument(filter, first, args[0]));
  return run(context, value, ...parameters.map((parameter, i) => argument(filter, parameter, args[i])));
}

function chargeFor(value: Value, context: FilterContext): void {
  if (typeof value === 'string') {
    if (value.length > textPerStep) context.charge(Math.ceil(value.length / textPerStep));
  } else if (Array.isArray(value)) {
    if (value.length > context.limits.filterItems) throw errorOf(listTooLarge, { limit: context.limits.filterItems });
    context.charge(value.length);
  }
}

function argument(
  filter: PreparedFilter,
  { declaration, mask }: PreparedFilter['parameters'][number],
  given: Value | Lambda | undefined,
): Value | Lambda | undefined {
  if (typeof given === 'function') return given;
  if (given === undefined || (given === null && (mask & bits.null) === 0 && declaration.optional === true)) return undefined;
  if ((mask & bits[typeName(given)]) === 0)
    throw errorOf(wrongType, {
      what: `The argument "${declaration.name}" of the filter ${filter.name}`,
      wanted: described(declaration.types),
      found: typeName(given),
    });
  return given;
}

/** `a list, text or null`: the types as a reader wants them. */
function described(types: readonly TypeName[] | undefined): string {
  const names = types ?? [];
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} or ${names[names.length - 1]}`;
}
