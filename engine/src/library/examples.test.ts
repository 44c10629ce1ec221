import { describe, expect, test } from 'vitest';
import { answerOf } from '../../../tests/harness/stack.ts';
import { encodeJson } from '../values/json.ts';
import { functions } from './index.ts';

describe('every example of a function does what it shows', () => {
  for (const declaration of functions)
    for (const example of declaration.examples) {
      if (example.expect === undefined) continue;
      test(`${declaration.name}: ${example.title}`, async () => {
        const expected = example.expect ?? {};
        const response = Object.fromEntries(Object.keys(expected).map((name) => [name, `{{ ${name} }}`]));
        const value = await answerOf({ stack: example.stack, response });
        expect(JSON.parse(encodeJson(value, { decimals: 'number' }))).toEqual(expected);
      });
    }
});
