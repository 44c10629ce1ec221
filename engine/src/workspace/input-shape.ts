/** What `input` looks like in a file: the declaration that reading and the editors' schema share. */
import type { JsonNode } from '../1-syntax/ast.ts';
import type { Input, InputType } from '../model.ts';
import type { Decimal } from '../values/decimal.ts';
import { inputNamePattern } from './names.ts';
import {
  anyJson,
  choice,
  type Entry,
  exactNumber,
  type Found,
  flag,
  list,
  map,
  named,
  object,
  type Shape,
  shortOrLong,
  text,
} from './shape.ts';
import { inputTypes, type TypeText, typeText } from './type-text.ts';

/** Keys of an input's long form. Written out, because the shape contains itself. */
export interface InputKeys {
  readonly type?: Found<TypeText<InputType>>;
  readonly items?: Found<InputValue>;
  readonly fields?: Found<readonly Entry<InputValue>[]>;
  readonly required?: Found<boolean>;
  readonly nullable?: Found<boolean>;
  readonly default?: Found<JsonNode>;
  readonly values?: Found<readonly Found<string>[]>;
  readonly min?: Found<Decimal>;
  readonly max?: Found<Decimal>;
  readonly in?: Found<Input['in']>;
  readonly description?: Found<string>;
}
export type InputValue = { short: TypeText<InputType> } | { long: InputKeys };

const spelling = typeText(
  'Type; [] makes a list, ? allows null',
  inputTypes,
  inputTypes.filter((type) => type !== 'list'),
);

/** An input, an item of a list, or a field of an object. */
const inputShape: Shape<InputValue> = named('input', 'An input: the short form "text?" or an object', () =>
  shortOrLong<TypeText<InputType>, InputKeys>(
    'An input: the short form "text?" or an object',
    spelling,
    object(
      'An input in its long form',
      {
        type: spelling,
        items: inputShape,
        fields: map('Fields of an object; without it any are allowed', inputShape),
        required: flag('Whether it must be sent; true by default, unless there is a default'),
        nullable: flag('Whether null may be sent'),
        default: anyJson('Value when it is not sent'),
        values: list('Texts that an enum can be', text('One of the texts'), { least: 1 }),
        min: exactNumber('Least size of a number, characters of a text, items of a list, bytes of a file'),
        max: exactNumber('Greatest size of a number, characters of a text, items of a list, bytes of a file'),
        in: choice('Where it comes from, if not from where the route says', ['path', 'query', 'header', 'body']),
        description: text('One line on what it means'),
      },
      { title: 'An input' },
    ),
  ),
);

/** `input` of an endpoint or function. */
export const inputsShape = map('Inputs by name', inputShape, { pattern: inputNamePattern });
