/** Parameters as other systems call them: told of once, with what to write instead. */
import { describe, expect, test } from 'vitest';
import { problemsOf } from '../harness/stack.ts';

const files = {
  'tables/t.jsonc': { columns: { id: { type: 'int', primary: true }, name: 'text' } },
  'functions/f.jsonc': { input: { a: 'int?' }, stack: [], response: 1 },
};
const told = (...stack: readonly object[]) =>
  problemsOf({ stack, response: null, files, input: { name: 'text' } }).map(({ code, severity, message, hint }) =>
    [severity, code, hint ?? message].join(' '),
  );

describe('a record by one of its columns', () => {
  test.each<[object, string]>([
    [{ function: 'get_record', field_value: '{{ input.name }}' }, 'db.t.name == input.name'],
    [{ function: 'has_record', field_value: 'anna' }, "db.t.name == 'anna'"],
    [{ function: 'delete_record', field_value: 5 }, 'db.t.name == 5'],
    [{ function: 'edit_record', field_value: "it's", data: { name: 'x' } }, 'db.t.name == VALUE'],
    [{ function: 'patch_record', data: { name: 'x' } }, 'db.t.name == VALUE'],
  ])('%j', (step, condition) => {
    expect(told({ ...step, table: 't', field_name: 'name' })).toEqual([
      `error unknown_parameter Write "where": "{{ ${condition} }}".`,
    ]);
  });
});

test.each<[object, string]>([
  [{ function: 'query_records', table: 't', order: ['id'] }, 'error unknown_parameter Write "sort": ["-created_at"], with - before what sorts downwards.'],
  [{ function: 'query_records', table: 't', filter: '{{ db.t.id == 1 }}' }, 'hint other_name The parameter "filter" is spelled "where" here.'],
  [{ function: 'get_record', table: 't', record_id: 1 }, 'hint other_name The parameter "record_id" is spelled "id" here.'],
  [{ function: 'conditional', if: true, true_branch: [] }, 'hint other_name The parameter "if" is spelled "condition" here.'],
  [{ function: 'run_function', name: 'f', inputs: {} }, 'hint other_name The parameter "inputs" is spelled "input" here.'],
  [{ function: 'run_function', name: 'f', async: true }, 'error unknown_parameter Put the step into post_process to run it after the answer, or into parallel to run it beside others.'],
  [{ function: 'direct_query', code: 'select 1' }, 'hint other_name The parameter "code" is spelled "sql" here.'],
])('%j', (step, problem) => expect(told(step).filter((p) => !p.includes('missing_parameter'))).toEqual([problem])); // biome-ignore format: a table

test('a name in another spelling is made in a loop, too', () => {
  const turn = [
    { function: 'conditional', condition: '{{ index > 0 }}', true_branch: [{ function: 'return', value: '{{ a|count }}' }] },
    { function: 'update_variable', variable: 'a', value: [1] },
  ];
  const stack = [
    { function: 'create_variable', name: 'a', value: 1 },
    { function: 'for_each', list: [1, 2], stack: turn },
  ];
  expect(told(...stack)).toEqual(['hint other_name The parameter "variable" is spelled "name" here.']);
});
