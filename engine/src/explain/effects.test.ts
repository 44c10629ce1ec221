import { expect, test } from 'vitest';
import { compileWorkspace } from '../compile.ts';
import { Problems } from '../problems.ts';
import { readWorkspace } from '../workspace/index.ts';
import { explainStack, sectionText } from './index.ts';

const lines = (step: object) => {
  const files = new Map([
    ['ashlar.jsonc', '{"name": "t"}'],
    ['functions/inner.jsonc', JSON.stringify({ stack: [{ function: 'direct_query', sql: 'select 1', ...step }], response: 1 })],
    ['functions/outer.jsonc', JSON.stringify({ stack: [{ function: 'run_function', name: 'inner' }], response: 1 })],
  ]);
  const problems = new Problems();
  const { functions } = compileWorkspace(readWorkspace(files, problems), problems);
  expect(problems.list).toEqual([]);
  return ['inner', 'outer'].map((name) => {
    const found = functions.get(name);
    if (found === undefined) throw new Error(`${name} was not compiled`);
    return sectionText(explainStack(found), 'effects').split('\n').slice(1, 3);
  });
};

test('what SQL in a file touches is not known: that is said, through run_function too', () => {
  const reading = ['reads    unknown (direct_query)', 'writes   -'];
  expect(lines({})).toEqual([reading, reading]);
  const writing = ['reads    unknown (direct_query)', 'writes   unknown (direct_query)'];
  expect(lines({ write: true })).toEqual([writing, writing]);
});
