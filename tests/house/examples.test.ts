/** The editors' schemas accept every file of the examples; a mistake in one of them is shown. */
import { fileSchemas, type JsonNode, Problems, readJson, type SchemaKind } from '@ashlar/engine';
import Schema from 'typebox/schema';
import { describe, expect, it } from 'vitest';
import { functions } from '../../engine/src/library/index.ts';
import { filesUnder } from './sources.ts';

const schemas = fileSchemas(functions);

/** Kind of a file by its path inside the workspace. */
const kinds: readonly (readonly [RegExp, SchemaKind])[] = [
  [/^ashlar\.jsonc$/, 'ashlar'],
  [/^env\.jsonc$/, 'env'],
  [/^tables\//, 'table'],
  [/^apis\/[^/]+\/group\.jsonc$/, 'group'],
  [/^apis\//, 'endpoint'],
  [/^functions\//, 'function'],
  [/^stacks\//, 'stack'],
];

function plain(node: JsonNode): unknown {
  switch (node.kind) {
    case 'object':
      return Object.fromEntries(node.members.map((member) => [member.key, plain(member.value)]));
    case 'array':
      return node.items.map(plain);
    case 'number':
      return Number(node.text);
    case 'null':
      return null;
    default:
      return node.value;
  }
}

function read(path: string, text: string): unknown {
  const problems = new Problems();
  const value = plain(readJson({ path, text }, problems));
  expect(problems.list).toEqual([]);
  return value;
}

const files = filesUnder('examples', '.jsonc').map(({ path, text }) => {
  const inside = path.replace(/^examples\/[^/]+\//, '');
  return { path, text, kind: kinds.find(([pattern]) => pattern.test(inside))?.[1] };
});

describe('the schemas for editors', () => {
  it('know the kind of every file', () => {
    expect(files.length).toBeGreaterThan(30);
    expect(files.filter((file) => file.kind === undefined)).toEqual([]);
  });

  it.each(files)('accept $path', ({ path, text, kind }) => {
    expect(Schema.Compile(schemas[kind ?? 'stack']).Check(read(path, text))).toBe(true);
  });

  it('show a misspelled parameter', () => {
    const [file] = files.filter((one) => one.path.endsWith('products.get.jsonc'));
    const wrong = (file?.text ?? '').replace('"totals"', '"total"');
    expect(Schema.Compile(schemas.endpoint).Check(read('wrong', wrong))).toBe(false);
  });
});
