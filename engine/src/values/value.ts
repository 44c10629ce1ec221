/**
 * What a variable can hold. All values are immutable: assigning shares them, changing one makes a new one.
 *
 * int is a JavaScript number that is a safe integer; every other number is boxed (`Decimal`, `Float`), so that the type of a
 * value is always known. Members of the boxes start with `$` or are private, which no expression can spell as a member name.
 */
import type { Decimal } from './decimal.ts';
import type { EncodedJson } from './encoded.ts';
import type { Float } from './float.ts';
import type { PlainDate, Timestamp } from './time.ts';

export type Value =
  | null
  | boolean
  | number
  | string
  | Decimal
  | Float
  | Timestamp
  | PlainDate
  | Uint8Array
  | EncodedJson
  | ValueList
  | ValueObject;
export type ValueList = readonly Value[];
export interface ValueObject {
  readonly [key: string]: Value;
}

/** The type's name as users read it in messages. */
export type TypeName =
  | 'null'
  | 'bool'
  | 'int'
  | 'decimal'
  | 'float'
  | 'text'
  | 'timestamp'
  | 'date'
  | 'bytes'
  | 'list'
  | 'object';
