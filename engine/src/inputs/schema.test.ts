/** Static types and JSON Schemas of inputs, columns and rows. */
import Schema from 'typebox/schema';
import { describe, expect, test } from 'vitest';
import type { Input } from '../model.ts';
import { Problems } from '../problems.ts';
import type { JsonSchema } from '../types/json-schema.ts';
import { bigintType, describeType, holds, join, listOf, nullable, objectOf, type } from '../types/type.ts';
import { decodeJson } from '../values/json.ts';
import { readWorkspace } from '../workspace/index.ts';
import { inputSchema, inputsSchema, rowSchema, typeOfInputs, typeOfRow, typeSchema, validateInputs } from './index.ts';

const problems = new Problems();
const workspace = readWorkspace(
  new Map([
    ['ashlar.jsonc', '{"name": "shop"}'],
    [
      'tables/user.jsonc',
      `{"auth": true, "description": "A person", "columns": {"id": {"type": "uuid", "primary": true}, "email": "email", "password": "password",
        "big": "bigint?", "role": {"type": "enum", "values": ["a", "b"], "nullable": true}, "tags": {"type": "text[]", "max": 3},
        "extra": "json?", "price": {"type": "decimal", "min": 0, "description": "In euros"}, "born": "date", "seen": "timestamp?"}}`,
    ],
    [
      'apis/shop/a.post.jsonc',
      `{"input": {"n": {"type": "int", "min": 1, "max": 9}, "t": {"type": "text?", "max": 5, "description": "A text"}, "o": {"type": "text", "required": false},
        "d": {"type": "decimal", "default": 1.50}, "e": {"type": "enum", "values": ["x"], "nullable": true}, "l": "int[]", "j": "json", "p": "password", "b": "bigint",
        "g": {"type": "object", "fields": {"a": "uuid", "__proto__": "bool"}}}, "stack": []}`,
    ],
  ]),
  problems,
);
const user = workspace.tables.get('user');
const inputs = workspace.endpoints[0]?.inputs ?? new Map<string, Input>();
if (user === undefined) throw new Error('the table is missing');

describe('static types', () => {
  test('of the sample exist: it is read without problems', () => {
    expect(problems.list).toEqual([]);
  });

  test('of inputs: nullable where they may be absent', () => {
    const types = [...(typeOfInputs(inputs).fields ?? [])].map(([name, one]) => `${name} ${describeType(one)}`);
    expect(types).toEqual([
      'n int',
      't text or null',
      'o text or null',
      'd decimal',
      'e text or null',
      'l list of int',
      'j any',
      'p text',
      'b decimal',
      'g object',
    ]);
    expect(holds(typeOfInputs(inputs), 'password')).toBe(false);
  });

  test('of a row: the hash of a password is marked', () => {
    const row = typeOfRow(user);
    expect([...(row.fields ?? [])].map(([name, one]) => `${name} ${describeType(one)}`)).toEqual([
      'id text',
      'email text',
      'password text',
      'big decimal or null',
      'role text or null',
      'tags list of text',
      'extra any',
      'price decimal',
      'born date',
      'seen timestamp or null',
    ]);
    expect(row.fields?.get('password')?.password).toBe(true);
    expect(row.fields?.get('role')?.values).toEqual(['a', 'b']);
    expect(holds(row, 'password')).toBe(true);
  });
});

describe('the JSON Schema', () => {
  const schemaOf = (name: string): JsonSchema => {
    const input = inputs.get(name);
    return input === undefined ? {} : inputSchema(input);
  };

  test.each<[string, JsonSchema]>([
    ['n', { type: 'integer', format: 'int64', minimum: 1, maximum: 9 }],
    ['t', { type: ['string', 'null'], maxLength: 5, description: 'A text' }],
    ['d', { type: 'number', default: 1.5 }],
    ['e', { type: ['string', 'null'], enum: ['x', null] }],
    ['l', { type: 'array', items: { type: 'integer', format: 'int64' } }],
    ['j', {}],
    ['p', { type: 'string', format: 'password' }],
    ['b', { type: ['string', 'integer'], pattern: '^-?[0-9]+$' }],
  ])('of the input %s', (name, expected) => {
    expect(schemaOf(name)).toEqual(expected);
  });

  test('of all inputs requires what must be sent', () => {
    const schema = inputsSchema(inputs.values(), true);
    expect(schema.required).toEqual(['n', 't', 'e', 'l', 'j', 'p', 'b', 'g']);
    expect(schema.additionalProperties).toBe(false);
  });

  test.each([
    [
      '{"n": 5, "t": null, "e": "x", "l": [1], "j": {}, "p": "x", "b": "5", "g": {"a": "018f4e2a-7c1b-7d3e-9a55-0242ac120002", "__proto__": true}}',
      true,
    ],
    [
      '{"n": 0, "t": null, "e": "x", "l": [1], "j": {}, "p": "x", "b": "5", "g": {"a": "018f4e2a-7c1b-7d3e-9a55-0242ac120002", "__proto__": true}}',
      false,
    ],
    [
      '{"n": 5, "t": "123456", "e": null, "l": [1], "j": {}, "p": "x", "b": 5, "g": {"a": "018f4e2a-7c1b-7d3e-9a55-0242ac120002", "__proto__": true}}',
      false,
    ],
    [
      '{"n": 5, "t": "1", "e": "y", "l": [1], "j": {}, "p": "x", "b": 5, "g": {"a": "018f4e2a-7c1b-7d3e-9a55-0242ac120002", "__proto__": true}}',
      false,
    ],
    [
      '{"n": 5, "t": "1", "e": null, "l": ["1"], "j": {}, "p": "x", "b": 5, "g": {"a": "018f4e2a-7c1b-7d3e-9a55-0242ac120002", "__proto__": true}}',
      false,
    ],
    ['{"n": 5, "t": "1", "e": null, "l": [], "j": {}, "p": "x", "b": 5, "g": {"__proto__": true}}', false],
    ['{}', false],
  ])('and the check agree on %s: %s', (json, expected) => {
    expect(Schema.Compile(inputsSchema(inputs.values())).Check(JSON.parse(json))).toBe(expected);
    const raw = { path: {}, query: new Map(), headers: {}, body: decodeJson(json), bodyIsText: false };
    expect(validateInputs(inputs, raw).errors.length === 0).toBe(expected);
  });

  test('of a row leaves passwords out', () => {
    expect(rowSchema(user)).toEqual({
      type: 'object',
      description: 'A person',
      properties: {
        id: { type: 'string', format: 'uuid' },
        email: { type: 'string', format: 'email' },
        big: { type: ['string', 'null'], pattern: '^-?[0-9]+$' },
        role: { type: ['string', 'null'], enum: ['a', 'b', null] },
        tags: { type: 'array', items: { type: 'string' }, maxItems: 3 },
        extra: {},
        price: { type: 'number', minimum: 0, description: 'In euros' },
        born: { type: 'string', format: 'date' },
        seen: { type: ['string', 'null'], format: 'date-time' },
      },
      required: ['id', 'email', 'big', 'role', 'tags', 'extra', 'price', 'born', 'seen'],
    });
    expect(rowSchema(user, { decimals: 'text' }).properties).toMatchObject({ price: { type: 'string' } });
  });

  test('of a static type', () => {
    const rows = listOf(
      objectOf([
        ['id', type('int')],
        ['total', nullable(type('decimal'))],
        ['any', { kind: 'any', nullable: true }],
      ]),
    );
    expect(typeSchema(rows)).toEqual({
      type: 'array',
      items: {
        type: 'object',
        properties: { id: { type: 'integer', format: 'int64' }, total: { type: ['number', 'null'] }, any: {} },
        required: ['id'],
      },
    });
    expect(typeSchema(type('null'))).toEqual({ type: 'null' });
    expect(typeSchema(nullable(bigintType))).toEqual({ type: ['string', 'null'], pattern: '^-?[0-9]+$' });
    // Where either may come, nothing is promised.
    expect(typeSchema(join(bigintType, type('decimal')))).toEqual({});
    expect(typeSchema(nullable(type('text', { values: ['a'] })))).toEqual({ type: ['string', 'null'], enum: ['a', null] });
  });
});
