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

/** A declaration's accepted types as bit sets: looked at for every call. */
interface Prepared {
  readonly input: number;
  readonly parameters: readonly { readonly declaration: FilterParameter; readonly mask: number }[];
  readonly run: (context: FilterContext, value: Value, ...args: readonly (Value | Lambda | undefined)[]) => Value;
}

const prepared = new WeakMap<AnyFilter, Prepared>();

const maskOf = (types: readonly TypeName[] | undefined): number =>
  types === undefined ? anything : types.reduce((mask, name) => mask | bits[name], 0);

function prepare(filter: AnyFilter): Prepared {
  const known = prepared.get(filter);
  if (known !== undefined) return known;
  const made: Prepared = {
    input: maskOf(filter.input),
    parameters: filter.parameters.map((declaration) => ({ declaration, mask: maskOf(declaration.types) })),
    // The checks of applyFilter against the same declaration are what makes the erased types true again.
    run: filter.run as Prepared['run'],
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
  filter: AnyFilter,
  context: FilterContext,
  value: Value,
  args: readonly (Value | Lambda | undefined)[],
): Value {
  const { input, parameters, run } = prepare(filter);
  if (value === null && (input & bits.null) === 0) return null;
  if (input !== anything && (input & bits[typeName(value)]) === 0)
    throw errorOf(wrongType, { what: `The filter ${filter.name}`, wanted: described(filter.input), found: typeName(value) });
  chargeFor(value, context);
  if (parameters.length === 0) return run(context, value);
  for (const given of args) if (Array.isArray(given)) context.charge(given.length);
  return run(context, value, ...parameters.map(({ declaration, mask }, i) => argument(filter, declaration, mask, args[i])));
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
  filter: AnyFilter,
  declaration: FilterParameter,
  mask: number,
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
