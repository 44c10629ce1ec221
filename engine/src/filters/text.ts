/** Filters over texts: case, blanks, length, parts. Characters are Unicode code points, as PostgreSQL counts them. */
import { contains } from '../values/operators.ts';
import { characterCount, sliceCharacters, trimCharacters } from './characters.ts';
import { defineFilter } from './define.ts';
import { allowText } from './limits.ts';
import { always, measureOf } from './result-types.ts';

const trim = defineFilter({
  name: 'trim',
  family: 'text',
  description: 'Takes blanks and line ends off both ends of a text, or the given characters instead.',
  input: ['text'],
  parameters: [
    {
      name: 'characters',
      kind: 'value',
      types: ['text'],
      optional: true,
      description: 'Characters to take off instead of blanks, in any order.',
    },
  ],
  result: always('text'),
  run: (_context, value, characters) => (characters === undefined ? value.trim() : trimCharacters(value, characters)),
  examples: [
    { expression: '"  ab c \\n"|trim', result: 'ab c' },
    { expression: '"--ab-c-"|trim:"-"', result: 'ab-c' },
    { expression: 'null|trim', result: null },
  ],
});

const toUpper = defineFilter({
  name: 'to_upper',
  aliases: ['upper', 'uppercase', 'to_uppercase'],
  family: 'text',
  description: 'Writes a text in capitals.',
  input: ['text'],
  parameters: [],
  result: always('text'),
  run: (context, value) => {
    const upper = value.toUpperCase();
    allowText(context, upper.length);
    return upper;
  },
  examples: [
    { expression: '"abc é"|to_upper', result: 'ABC É' },
    { expression: '"Straße"|to_upper', result: 'STRASSE' },
  ],
});

const toLower = defineFilter({
  name: 'to_lower',
  aliases: ['lower', 'lowercase', 'to_lowercase'],
  family: 'text',
  description: 'Writes a text in small letters.',
  input: ['text'],
  parameters: [],
  result: always('text'),
  run: (context, value) => {
    const lower = value.toLowerCase();
    allowText(context, lower.length);
    return lower;
  },
  examples: [
    { expression: '"ABC É"|to_lower', result: 'abc é' },
    { expression: '"Mail@Example.COM"|to_lower', result: 'mail@example.com' },
  ],
});

const substr = defineFilter({
  name: 'substr',
  aliases: ['substring'],
  family: 'text',
  description:
    'A part of a text: from the character `start` (0 is the first, -1 the last), `length` characters or up to the end. A negative length leaves so many characters off the end. Characters are Unicode code points.',
  input: ['text'],
  parameters: [
    { name: 'start', kind: 'value', types: ['int'], description: 'Index of the first character; negative counts from the end.' },
    {
      name: 'length',
      kind: 'value',
      types: ['int'],
      optional: true,
      description: 'Number of characters; up to the end without it.',
    },
  ],
  result: always('text'),
  run: (_context, value, start, length) => sliceCharacters(value, start, length),
  examples: [
    { expression: '"abcdef"|substr:2', result: 'cdef' },
    { expression: '"abcdef"|substr:1:3', result: 'bcd' },
    { expression: '"abcdef"|substr:-2', result: 'ef' },
    { expression: '"a😀b"|substr:1:1', result: '😀' },
  ],
});

const strlen = defineFilter({
  name: 'strlen',
  aliases: ['text_length', 'string_length'],
  family: 'text',
  description: "Number of characters of a text (Unicode code points, as PostgreSQL's `length`). `count` counts anything.",
  input: ['text'],
  parameters: [],
  result: measureOf('int'),
  run: (_context, value) => characterCount(value),
  examples: [
    { expression: '"abc"|strlen', result: 3 },
    { expression: '"a😀"|strlen', result: 2 },
    { expression: '""|strlen', result: 0 },
  ],
});

const containsFilter = defineFilter({
  name: 'contains',
  aliases: ['includes'],
  family: 'text',
  description:
    'Whether a text holds another one (literally, capitals count), a list an item, or an object all members of another one. The same as the operator `contains`.',
  input: ['text', 'list', 'object'],
  parameters: [{ name: 'value', kind: 'value', description: 'What to look for; of a text a text, of an object an object.' }],
  result: measureOf('bool'),
  run: (_context, value, part) => contains(value, part),
  examples: [
    { expression: '"shopping"|contains:"shop"', result: true },
    { expression: '[1, 2, null]|contains:null', result: true },
    { expression: '["a"]|contains:"A"', result: false },
    { expression: '{"a": 1, "b": 2}|contains:{"b": 2}', result: true },
  ],
});

/** The filters of this file. */
export const textFilters = [trim, toUpper, toLower, substr, strlen, containsFilter];
