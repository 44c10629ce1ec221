/** Filters that take texts apart and put them together. */
import { listOf, tainted, type } from '../types/type.ts';
import { joinText, toText } from '../values/operators.ts';
import { characterCount } from './characters.ts';
import { defineFilter } from './define.ts';
import { allowList, allowText } from './limits.ts';
import { always } from './result-types.ts';

const split = defineFilter({
  name: 'split',
  aliases: ['explode'],
  family: 'text',
  description: 'Cuts a text at every separator into a list of texts. An empty separator gives the characters.',
  input: ['text'],
  parameters: [{ name: 'separator', kind: 'value', types: ['text'], description: 'Where to cut, literally.' }],
  result: (input) => tainted(listOf(type('text')), input),
  run: (context, value, separator) => {
    if (separator === '') {
      allowList(context, characterCount(value));
      return Array.from(value);
    }
    const parts = value.split(separator, context.limits.listItems + 1);
    allowList(context, parts.length);
    return parts;
  },
  examples: [
    { expression: '"a,b,,c"|split:","', result: ['a', 'b', '', 'c'] },
    { expression: '"ab"|split:""', result: ['a', 'b'] },
    { expression: '""|split:","', result: [''] },
  ],
});

const join = defineFilter({
  name: 'join',
  aliases: ['implode'],
  family: 'text',
  description: 'Joins the items of a list to one text, each as a template would write it (null is empty).',
  input: ['list'],
  parameters: [
    {
      name: 'separator',
      kind: 'value',
      types: ['text'],
      optional: true,
      description: 'Stands between two items; nothing by default.',
    },
  ],
  result: always('text'),
  run: (context, list, separator = '') => {
    let length = Math.max(0, list.length - 1) * separator.length;
    const parts: string[] = [];
    for (const item of list) {
      const part = toText(item, context.limits.textLength);
      length += part.length;
      // Before the text is made: a list may hold one long text many times.
      allowText(context, length);
      parts.push(part);
    }
    allowText(context, length);
    return parts.join(separator);
  },
  examples: [
    { expression: '["a", "b", "c"]|join:", "', result: 'a, b, c' },
    { expression: '[1, null, 2.50]|join:"-"', result: '1--2.50' },
    { expression: '[]|join:","', result: '' },
  ],
});

const replace = defineFilter({
  name: 'replace',
  aliases: ['string_replace', 'str_replace', 'replace_all'],
  family: 'text',
  description: 'Replaces every occurrence of a text by another one, literally. An empty `find` changes nothing.',
  input: ['text'],
  parameters: [
    { name: 'find', kind: 'value', types: ['text'], description: 'The text to look for, capitals count.' },
    { name: 'with', kind: 'value', types: ['text'], description: 'What to write instead.' },
  ],
  result: always('text'),
  run: (context, value, find, replacement) => {
    if (find === '') return value;
    allowText(context, value.length + occurrences(value, find) * (replacement.length - find.length));
    // A function, because `$&` in a replacement text would mean something.
    return value.replaceAll(find, () => replacement);
  },
  examples: [
    { expression: '"a.b.c"|replace:".":"-"', result: 'a-b-c' },
    { expression: '"price: 5"|replace:"5":"$&"', result: 'price: $&' },
    { expression: '"abc"|replace:"":"x"', result: 'abc' },
  ],
});

function occurrences(text: string, find: string): number {
  let count = 0;
  for (let at = text.indexOf(find); at !== -1; at = text.indexOf(find, at + find.length)) count += 1;
  return count;
}

const concat = defineFilter({
  name: 'concat',
  family: 'text',
  description:
    'Joins two values as text, with an optional separator between them. The second may be null, which is empty. `~` does the same without a separator.',
  input: ['text', 'int', 'decimal', 'float', 'bool', 'timestamp', 'date'],
  parameters: [
    { name: 'value', kind: 'value', description: 'What to put behind.' },
    {
      name: 'separator',
      kind: 'value',
      types: ['text'],
      optional: true,
      description: 'Stands between the two; nothing by default.',
    },
  ],
  result: always('text'),
  run: (context, value, other, separator = '') => {
    const limit = context.limits.textLength;
    return joinText(joinText(value, separator, limit), other, limit);
  },
  examples: [
    { expression: '"Ada"|concat:"Lovelace":" "', result: 'Ada Lovelace' },
    { expression: '"order-"|concat:17', result: 'order-17' },
    { expression: '"a"|concat:null', result: 'a' },
  ],
});

/** The filters of this file. */
export const textPartFilters = [split, join, replace, concat];
