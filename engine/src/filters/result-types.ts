/** Building blocks for the static types of filters' results. */
import { anyType, notNull, type Type, tainted, type } from '../types/type.ts';

type Result = (input: Type, args: readonly Type[]) => Type;

/** Always this kind; a text made of a password's hash still counts as one. */
export function always(kind: Type['kind']): Result {
  return (input, args) => tainted(type(kind), input, ...args);
}

/** A number or truth about the input: says nothing of a password. */
export function measureOf(kind: Type['kind']): Result {
  return () => type(kind);
}

/** The input's own type, without null (the checker adds null where the input may be null). */
export const sameAsInput: Result = (input) => notNull(input);

/** The type of a list's items; of an unknown one anything. */
export function itemOf(list: Type): Type {
  return list.kind === 'list' && list.items !== undefined ? list.items : tainted(anyType, list);
}
