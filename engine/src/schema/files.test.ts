/** The editors' schemas against files: what the engine takes they take, and the commonest mistakes they show. */
import Schema from 'typebox/schema';
import { describe, expect, test } from 'vitest';
import type { FunctionDeclaration } from '../library/define.ts';
import { functions } from '../library/index.ts';
import { fileSchemas, type SchemaKind } from './index.ts';

const sample: FunctionDeclaration = {
  name: 'repeat_text',
  aliases: ['Repeat Text'],
  family: 'utility',
  description: 'Repeats a text',
  parameters: {
    value: { kind: 'value', types: ['text'], required: true, description: 'The text', aliases: ['text'] },
    times: { kind: 'value', types: ['int'], required: true, description: 'How often' },
    mode: { kind: 'literal', schema: { enum: ['a', 'b'] }, description: 'A constant' },
    stack: { kind: 'stack', description: 'Steps' },
    cases: { kind: 'cases', description: 'Cases' },
  },
  effects: [],
  result: () => ({ kind: 'text', nullable: false }),
  plan: () => [],
  examples: [],
};
const quiet: FunctionDeclaration = { ...sample, name: 'quiet', aliases: [], parameters: {}, result: null };
const schemas = fileSchemas([sample, quiet]);

function valid(kind: SchemaKind, value: unknown): boolean {
  return Schema.Compile(schemas[kind]).Check(value);
}

describe('a good file', () => {
  test.each<[SchemaKind, unknown]>([
    ['ashlar', { $schema: './x.json', name: 'shop', limits: { deadline_ms: 1000 } }],
    ['env', { $schema: './x.json', LOG_LEVEL: { default: 'info' }, KEY: { secret: true } }],
    [
      'table',
      {
        columns: { id: { type: 'int', primary: true }, note: 'text?', tags: 'text[]?', total: { type: 'decimal', default: 0.5 } },
      },
    ],
    ['table', { columns: {}, indexes: [{ columns: ['created_at desc'], type: 'search', language: 'german' }] }],
    ['group', { title: 'Shop', cors: { origins: ['*'], max_age_s: 60 } }],
    [
      'endpoint',
      {
        auth: ['a', 'b'],
        input: { a: 'int[]', b: { type: 'object', fields: { c: { type: 'list', items: 'int' } } } },
        stack: 'x.jsonc',
      },
    ],
    ['endpoint', { stack: [{ function: 'repeat_text', value: 'a', times: '{{ n }}', return_as: 'x' }], response: '{{ x }}' }],
    ['endpoint', { stack: [{ function: 'repeat_text', text: 'a', times: 3 }], stream: { as: 'sse', of: '{{ x }}' } }],
    ['function', { stack: [{ function: 'Repeat Text', anything: 1 }] }],
    ['task', { schedule: '0 3 * * *', stack: [{ function: 'quiet', id: 'a', disabled: true }] }],
    ['test', { endpoint: 'GET /api:shop/orders', cases: [{ name: 'works', expect: { status: 200, body: '{{ body }}' } }] }],
    ['stack', [{ function: 'repeat_text', value: 'a', times: 3, stack: [{ function: 'quiet' }] }]],
  ])('%s %j is valid', (kind, value) => {
    expect(valid(kind, value)).toBe(true);
  });
});

describe('a mistake', () => {
  test.each<[SchemaKind, unknown]>([
    ['ashlar', {}],
    ['ashlar', { name: 'shop', descripton: '' }],
    ['ashlar', { name: 'The Shop' }],
    ['ashlar', { name: 'shop', limits: { deadline_ms: 60_000 } }],
    ['env', { log_level: {} }],
    ['env', { KEY: 'x' }],
    ['table', { columns: { a: 'string' } }],
    ['table', { columns: { a: { type: 'text', nulable: true } } }],
    ['table', { columns: { 'a b': 'text' } }],
    ['table', { columns: {}, indexes: [{}] }],
    ['group', { cors: { methods: ['get'] } }],
    ['endpoint', { input: { a: { type: 'int', in: 'cookie' } } }],
    ['endpoint', { input: { a: { type: 'object', fields: { b: 'txt' } } } }],
    ['endpoint', { stack: [{ value: 1 }] }],
    ['endpoint', { stack: [{ function: 'repeat_text', value: 'a', times: 'three' }] }],
    ['endpoint', { stack: [{ function: 'repeat_text', value: 'a', times: 3, tmes: 3 }] }],
    ['endpoint', { stack: [{ function: 'repeat_text', times: '{{ n }}', mode: 'c' }] }],
    ['endpoint', { stack: [{ function: 'repeat_text', times: 1, cases: [{ when: 1, stack: [{ function: 'quiet', x: 1 }] }] }] }],
    ['endpoint', { stack: [{ function: 'quiet', return_as: 'x' }] }],
    ['function', { auth: 'customer', stack: [] }],
    ['task', { schedule: '0 3 * * *' }],
    ['test', { cases: [] }],
    ['stack', {}],
  ])('in %s %j is shown', (kind, value) => {
    expect(valid(kind, value)).toBe(false);
  });
});

describe('the library', () => {
  const real = fileSchemas(functions);
  test('has a schema for each of its functions, and its examples are valid', () => {
    const stack = Schema.Compile(real.stack);
    for (const declaration of functions) {
      expect(real.stack.$defs).toHaveProperty(`step_${declaration.name}`);
      for (const example of declaration.examples)
        expect([declaration.name, example.title, stack.Check(example.stack)]).toEqual([declaration.name, example.title, true]);
    }
  });

  test('makes documents in which every reference leads somewhere', () => {
    for (const [kind, schema] of Object.entries(real)) {
      const text = JSON.stringify(schema);
      for (const [, name] of text.matchAll(/"#\/\$defs\/([^"]+)"/g))
        expect(Object.keys(schema.$defs ?? {}), kind).toContain(name);
    }
  });
});
