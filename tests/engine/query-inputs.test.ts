/** Inputs of the query that may be null and must be sent are seldom meant. */
import { expect, test } from 'vitest';
import { problemsOf } from '../harness/stack.ts';

const codes = (file: string, input: unknown) =>
  problemsOf({ stack: [], files: { [file]: { input: { tag: input }, stack: [], response: '{{ input.tag }}' } } })
    .filter((p) => p.file === file)
    .map((p) => `${p.severity} ${p.code} ${p.pointer}`);
const warned = ['warning nullable_required /input/tag'];

test.each<[string, unknown, readonly string[]]>([
  ['apis/t/a.get.jsonc', 'text?', warned],
  ['apis/t/a.get.jsonc', { type: 'int', nullable: true }, warned],
  ['apis/t/a.delete.jsonc', 'text?', warned],
  ['apis/t/a.post.jsonc', { type: 'text?', in: 'query' }, warned],
  ['apis/t/a.get.jsonc', { type: 'text?', required: false }, []],
  ['apis/t/a.get.jsonc', { type: 'text?', default: null }, []],
  ['apis/t/a.get.jsonc', 'text', []],
  ['apis/t/a.get.jsonc', { type: 'text?', in: 'header' }, []],
  ['apis/t/a.post.jsonc', 'text?', []],
  ['functions/f.jsonc', 'text?', []],
])('%s with %j', (file, input, expected) => {
  expect(codes(file, input)).toEqual(expected);
});
