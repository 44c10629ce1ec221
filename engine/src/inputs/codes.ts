/** Why a field of an input is refused: stable codes, as they stand in `errors` of an answer with `input_invalid`. */

/** Code and what it means, for the documentation. */
export const fieldCodes = {
  required: 'The field must be sent: it has no default and is not marked `"required": false`.',
  null_not_allowed: 'null was sent for a field that is not `"nullable": true`.',
  wrong_type: 'The value is of another type than the field.',
  number_out_of_range: 'The number is beyond what its type can hold.',
  offset_missing: 'A time without an offset: it could mean 24 different moments.',
  bad_text: 'The text holds U+0000 or half of a surrogate pair, which no database text can hold.',
  too_small: 'The number, or the count of characters, items or bytes, is below `min`.',
  too_large: 'The number, or the count of characters, items or bytes, is above `max`.',
  not_allowed: 'The value is none of the listed ones.',
  repeated: 'The field takes one value but was sent more than once.',
  unknown_input: 'No such field, and the endpoint refuses unknown ones (`"unknown_inputs": "refuse"`).',
} as const;

export type FieldCode = keyof typeof fieldCodes;
