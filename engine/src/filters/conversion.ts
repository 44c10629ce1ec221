/** Filters that turn a value into one of another type. */
import { errorOf, numberOutOfRange } from '../errors.ts';
import { anyType, tainted, type } from '../types/type.ts';
import { encodeBase64, encodeUtf8, utf8Length } from '../values/base64.ts';
import { Decimal } from '../values/decimal.ts';
import { decodeJson } from '../values/json.ts';
import { toDecimal as decimalOf } from '../values/order.ts';
import { jsonText, toText as textOf } from '../values/text.ts';
import { Timestamp } from '../values/time.ts';
import { defineFilter } from './define.ts';
import { allowText } from './limits.ts';
import { always } from './result-types.ts';

const leading = /^\s{0,100}([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,5})?)/;

/** The number a text begins with, blanks before it allowed; null without one, or when it has more digits than a decimal may have. */
export function leadingNumber(text: string): Decimal | null {
  const match = leading.exec(text.length > 3_000 ? text.slice(0, 3_000) : text);
  return match?.[1] === undefined ? null : Decimal.parse(match[1]);
}

function intOf(number: Decimal): number {
  const int = Number(number.truncate());
  if (!Number.isSafeInteger(int)) throw errorOf(numberOutOfRange, { what: 'The number' });
  return int + 0;
}

const toInt = defineFilter({
  name: 'to_int',
  aliases: ['to_integer', 'int', 'integer', 'intval', 'parse_int'],
  family: 'conversion',
  description:
    'A whole number: decimals and floats lose their fraction (towards zero), a text gives the number it begins with and null without one, true is 1 and false 0, a timestamp gives its milliseconds since 1970.',
  input: ['int', 'decimal', 'float', 'text', 'bool', 'timestamp'],
  parameters: [],
  result: (input) => (input.kind === 'text' || input.kind === 'any' ? { kind: 'int', nullable: true } : type('int')),
  run: (_context, value) => {
    if (typeof value === 'number') return value;
    if (typeof value === 'boolean') return value ? 1 : 0;
    if (value instanceof Timestamp) return value.$ms;
    const number = typeof value === 'string' ? leadingNumber(value) : decimalOf(value);
    return number === null ? null : intOf(number);
  },
  examples: [
    { expression: '"42 pieces"|to_int', result: 42 },
    { expression: '-3.9|to_int', result: -3 },
    { expression: '"abc"|to_int', result: null },
    { expression: 'true|to_int', result: 1 },
  ],
});

const toDecimal = defineFilter({
  name: 'to_decimal',
  aliases: ['decimal', 'to_number', 'number'],
  family: 'conversion',
  description:
    'An exact decimal: a float gives that of its shortest text, a text the number it begins with and null without one, true is 1 and false 0.',
  input: ['int', 'decimal', 'float', 'text', 'bool'],
  parameters: [],
  result: (input) => (input.kind === 'text' || input.kind === 'any' ? { kind: 'decimal', nullable: true } : type('decimal')),
  run: (_context, value) => {
    if (typeof value === 'boolean') return Decimal.of(value ? 1 : 0);
    return typeof value === 'string' ? leadingNumber(value) : decimalOf(value);
  },
  examples: [
    { expression: '"12.50 EUR"|to_decimal', result: 12.5 },
    { expression: '(7|to_decimal) / 2', result: 3.5 },
    { expression: '"free"|to_decimal', result: null },
  ],
});

const toText = defineFilter({
  name: 'to_text',
  aliases: ['to_string', 'text', 'string'],
  family: 'conversion',
  description:
    'A value as a template writes it: decimals with all their digits, timestamps in ISO 8601, bytes in base64, lists and objects as JSON.',
  input: ['text', 'bool', 'int', 'decimal', 'float', 'timestamp', 'date', 'bytes', 'list', 'object'],
  parameters: [],
  result: always('text'),
  run: (context, value) => textOf(value, context.limits.textLength),
  examples: [
    { expression: '12.50|to_text', result: '12.50' },
    { expression: '[1, "a"]|to_text', result: '[1,"a"]' },
    { expression: 'null|to_text', result: null },
  ],
});

const jsonEncode = defineFilter({
  name: 'json_encode',
  aliases: ['to_json', 'json_stringify', 'stringify'],
  family: 'conversion',
  description: 'A value as JSON text; null gives "null", a text gets its quotes.',
  parameters: [],
  result: always('text'),
  run: (context, value) => jsonText(value, context.limits.textLength),
  examples: [
    { expression: '{"a": [1, 2.50, null]}|json_encode', result: '{"a":[1,2.50,null]}' },
    { expression: '"x"|json_encode', result: '"x"' },
    { expression: 'null|json_encode', result: 'null' },
  ],
});

const jsonDecode = defineFilter({
  name: 'json_decode',
  aliases: ['from_json', 'json_parse', 'parse_json'],
  family: 'conversion',
  description:
    'The value that a JSON text describes; numbers keep all their digits. Raises `bad_json` when the text is not JSON.',
  input: ['text'],
  parameters: [],
  result: (input) => tainted(anyType, input),
  run: (context, value) => decodeJson(value, context.limits, 'decimal'),
  examples: [
    { expression: '\'{"a": [1, 2.5]}\'|json_decode', result: { a: [1, 2.5] } },
    { expression: '"null"|json_decode', result: null },
  ],
});

const base64Encode = defineFilter({
  name: 'base64_encode',
  aliases: ['base64', 'to_base64'],
  family: 'conversion',
  description: 'The UTF-8 bytes of a text, or bytes, in base64 with padding.',
  input: ['text', 'bytes'],
  parameters: [],
  result: always('text'),
  run: (context, value) => {
    const length = typeof value === 'string' ? utf8Length(value) : value.length;
    allowText(context, Math.ceil(length / 3) * 4);
    return encodeBase64(typeof value === 'string' ? encodeUtf8(value) : value);
  },
  examples: [
    { expression: '"Hi é"|base64_encode', result: 'SGkgw6k=' },
    { expression: '""|base64_encode', result: '' },
  ],
});

/** The filters of this file. */
export const conversionFilters = [toInt, toDecimal, toText, jsonEncode, jsonDecode, base64Encode];
