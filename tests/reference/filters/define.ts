/** How a filter of the reference is written down, and what all of them have in common. */
import { nothing, type Ref, type RefType, wrongType } from '../value.ts';

export type Lambda = (item: Ref, index: number, result: Ref) => Ref;
export type Argument = Ref | Lambda | undefined;

export interface Parameter {
  readonly types?: readonly RefType[];
  readonly optional?: boolean;
  readonly lambda?: boolean;
}

export interface RefFilter {
  readonly name: string;
  /** Accepted types of the value; without null among them null gives null. */
  readonly input?: readonly RefType[];
  readonly parameters: readonly Parameter[];
  readonly run: (value: Ref, args: readonly Argument[], timezone: string) => Ref;
}

/** Runs a filter: types are looked at first. */
export function runFilter(filter: RefFilter, value: Ref, args: readonly Argument[], timezone: string): Ref {
  const { input, parameters } = filter;
  if (value.type === 'null' && input !== undefined && !input.includes('null')) return nothing;
  if (input !== undefined && !input.includes(value.type)) throw wrongType();
  const checked = parameters.map((parameter, i): Argument => {
    const given = args[i];
    if (given === undefined || typeof given === 'function') return given;
    const { types, optional } = parameter;
    if (types === undefined || types.includes(given.type)) return given;
    if (given.type === 'null' && optional === true) return undefined;
    throw wrongType();
  });
  return filter.run(value, checked, timezone);
}

/** The argument as a value; undefined when it was left out. */
export function given(argument: Argument): Ref | undefined {
  return typeof argument === 'function' ? undefined : argument;
}

export function lambda(argument: Argument): Lambda {
  if (typeof argument !== 'function') throw new Error('a lambda is expected');
  return argument;
}

/** The text of an argument, or what it is without one. */
export function textOf(argument: Argument, otherwise = ''): string {
  const value = given(argument);
  return value?.type === 'text' ? value.value : otherwise;
}

/** The int of an argument. */
export function intOf(argument: Argument): number | undefined {
  const value = given(argument);
  return value?.type === 'int' ? Number(value.value) : undefined;
}

export const itemsOf = (value: Ref): readonly Ref[] => (value.type === 'list' ? value.items : []);
