/** A password column's hash leaves no endpoint, whatever is made of it on the way (semantics 14). */
import { describe, expect, test } from 'vitest';
import { filters } from '../../engine/src/filters/index.ts';
import { tableFiles } from '../harness/database.ts';
import { problemsOf } from '../harness/stack.ts';

const files = tableFiles({ person: { columns: { name: 'text?', age: 'int?', password: 'password?' } } });
const read = { function: 'get_record', table: 'person', id: 1, output: ['name', 'age', 'password'], return_as: 'p' };
const many = { function: 'query_records', table: 'person', output: ['name', 'age', 'password'], return_as: 'rows' };
const set = (name: string, value: unknown) => ({ function: 'create_variable', name, value });
const change = (name: string, value: unknown) => ({ function: 'update_variable', name, value });

/** Codes of the problems about passwords, and of errors. */
function codes(stack: readonly unknown[], more: object): readonly string[] {
  return problemsOf({ files, stack, ...more })
    .filter((p) => p.severity === 'error' || p.code.startsWith('password'))
    .map((p) => p.code);
}
const ofExpression = (expression: string): readonly string[] =>
  codes([read, many, set('list', ['a'])], { response: `{{ ${expression} }}`, input: { k: 'text' } });

describe('what carries it', () => {
  test.for([
    'p', 'p.password', '"x" ~ p.password', 'p.password + "x"', '{"a": [p.password]}', 'p[input.k]', 'rows[0]', 'rows[0].password',
    'p.password || "x"', 'null ?? p.password', 'true ? 1 : p.password', 'true ? [p] : 1', 'list|push:p.password', '[]|push:p.password', '"a"|concat:p.password',
    '"a"|concat:"b":p.password', '{}|set:"a":p.password', '{}|set:input.k:p.password', '{}|set:p.password:1', '({}|set:p.password:1)|keys',
    '["a", "b"]|join:p.password', '"abc"|replace:"b":p.password', 'null|first_notnull:p.password', 'p|get:"password"', 'p|get:input.k',
    '"a"|get:"b":p.password', 'p|json_encode|json_decode', '(p|json_encode|json_decode)["password"]', 'rows|map:item.password', 'rows|map:(item.name ~ item.password)',
    'rows|filter:item.age > 1', 'rows|find:item.age > 1', 'rows|sort:"age"', '(rows|first).password', 'rows|unique:"age"',
    'rows|reduce:(result ~ item.password):""', '(rows|reduce:{"a": result.b, "b": item.password}:{}).a', 'p.password|substr:1', 'p.password|split:"$"', 'p.password|base64_encode',
    'p.password|min:"x"', '"x"|max:p.password', 'p.password|safe_array', 'p|unpick:["name"]', '0|format_timestamp:p.password',
  ])('%s', (expression) => expect(ofExpression(expression)).toEqual(['password_leaves'])); // biome-ignore format: a table

  test('a template, and a stream', () => {
    expect(codes([read], { response: 'hash: {{ p.password }}' })).toEqual(['password_leaves']);
    expect(codes([many], { stream: { as: 'ndjson', of: '{{ rows }}' } })).toEqual(['password_leaves']);
  });

  test('every other filter hands on the mark of its input and of each argument', () => {
    const own = ['map', 'reduce', 'pick', 'unpick', 'get', 'keys', 'sha256'];
    expect(filters.filter((f) => f.ownMark === true).map((f) => f.name).sort()).toEqual([...own].sort()); // biome-ignore format: one list
  });
});

describe('what does not', () => {
  test.for([
    'p.name', 'rows|map:item.name', 'rows|map:{"n": item.name}', 'p|unpick:["password"]', 'p|pick:["name", "age"]', 'p|get:"name"', 'rows|count',
    'p.password|strlen', 'p.password == "x"', 'p.password|sha256', 'rows|some:item.password == "x"', 'rows|reduce:(result + item.age):0', 'p|keys',
    'p.password|contains:"x"', 'rows[0].name', 'p["name"]',
  ])('%s', (expression) => expect(ofExpression(expression)).toEqual([])); // biome-ignore format: a table

  test('a value that is overwritten', () => {
    expect(codes([read, change('p', 1)], { response: '{{ p }}' })).toEqual([]);
  });
});

describe('through loops and blocks', () => {
  const loop = (stack: readonly unknown[], over: object = { range: { from: 1, to: 3 } }) => ({
    function: 'for_each',
    ...over,
    stack,
  });

  test('a second turn moves it on', () => {
    const steps = [set('a', null), set('b', null), loop([change('b', '{{ a }}'), read, change('a', '{{ p.password }}')])];
    expect(codes(steps, { response: '{{ b }}' })).toEqual(['password_leaves']);
  });
  test('a second turn shows what the first one made', () => {
    const turns = (way: object) => codes([set('a', null), loop([way, read, change('a', '{{ p.password }}')])], { response: 1 });
    const given = { function: 'conditional', condition: '{{ a != null }}', true_branch: [{ function: 'return', value: '{{ [a] }}' }] };
    expect(turns(given)).toEqual(['password_leaves']);
    expect(turns({ function: 'precondition', condition: '{{ a == null }}', message: 'it was {{ a }}' })).toEqual(['password_leaves']);
    expect(turns({ function: 'set_header', name: 'x-a', value: '{{ a }}' })).toEqual(['password_leaves']);
    expect(turns(loop([{ function: 'set_header', name: 'x-a', value: '{{ a }}' }]))).toEqual(['password_leaves']);
    expect(turns({ function: 'log_debug_info', data: '{{ a }}' })).toEqual(['password_sent']);
    expect(turns({ function: 'log_debug_info', data: '{{ a == null }}' })).toEqual([]);
    expect(turns({ function: 'set_header', name: 'x-a', value: 'b' })).toEqual([]);
  }); // biome-ignore format: a line a way
  test('what stood in a name before the loop is still there in its first turn', () => {
    const steps = [read, set('a', '{{ p.password }}'), set('b', null), loop([change('b', '{{ a }}'), change('a', 1)])];
    expect(codes(steps, { response: '{{ b }}' })).toEqual(['password_leaves']);
  });
  test('items of what is not known in detail', () => {
    const opaque = set('q', '{{ p|json_encode|json_decode }}');
    expect(codes([read, opaque, set('b', 1), loop([change('b', '{{ item }}')], { list: '{{ q }}' })], { response: '{{ b }}' })).toEqual(['password_leaves']);
    expect(codes([read, set('b', 1), loop([change('b', '{{ item }}')], { object: '{{ p }}' })], { response: '{{ b }}' })).toEqual(['password_leaves']);
  }); // biome-ignore format: two lines of a kind
  test('a try block that stopped half-way', () => {
    const attempt = [read, set('x', '{{ p.password }}'), set('x', 1)];
    const steps = [set('x', 1), set('y', 1), { function: 'try_catch', try: attempt, catch: [change('y', '{{ x }}')] }];
    expect(codes(steps, { response: '{{ y }}' })).toEqual(['password_leaves']);
  });
  test('a part of a variable', () => {
    expect(codes([read, set('x', {}), change('x.a.b', '{{ [p] }}')], { response: '{{ x }}' })).toEqual(['password_leaves']);
  });
  test('a function that gives back what it got', () => {
    const echo = { 'functions/echo.jsonc': { input: { v: 'text' }, stack: [], response: '{{ input.v }}' } };
    const steps = [read, { function: 'run_function', name: 'echo', input: { v: '{{ p.password }}' }, return_as: 'r' }];
    expect(codes(steps, { response: '{{ r }}', files: { ...files, ...echo } })).toEqual(['password_leaves']);
  });
  test('a loop that only counts', () => {
    const check = { function: 'check_password', password: 'x', hash: '{{ item.password }}', return_as: 'right' };
    expect(codes([many, loop([check], { list: '{{ rows }}' })], { response: '{{ rows|count }}' })).toEqual([]);
  });
});

describe('other ways out', () => {
  const hash = '{{ p.password }}';
  test.for<[string, object, string]>([
    ['the message of an error', { function: 'throw_error', message: `no: ${hash}` }, 'password_leaves'],
    ['its data', { function: 'throw_error', data: { p: '{{ p }}' } }, 'password_leaves'],
    ['its code', { function: 'precondition', condition: false, code: hash }, 'password_leaves'],
    ['the data of a precondition', { function: 'precondition', condition: false, data: '{{ p }}' }, 'password_leaves'],
    ['a header', { function: 'set_header', name: 'x-a', value: hash }, 'password_leaves'],
    ['the headers of return', { function: 'return', value: 1, headers: { 'x-a': hash } }, 'password_leaves'],
    ['the value of return', { function: 'return', value: [hash] }, 'password_leaves'],
    ['the log', { function: 'log_debug_info', data: '{{ p }}' }, 'password_sent'],
    ['an address', { function: 'external_api_request', url: `https://x.example/?h=${hash}` }, 'password_sent'],
    ['a body', { function: 'external_api_request', url: 'https://x.example/', method: 'POST', body: { h: hash } }, 'password_sent'],
  ])('%s', ([, step, code]) => {
    expect(codes([read, step], { response: 1 })).toEqual([code]);
    expect(codes([{ ...read, output: ['name'] }, set('p', 'x'), JSON.parse(JSON.stringify(step).replaceAll('p.password', 'p'))], { response: 1 })).toEqual([]);
  }); // biome-ignore format: a table of steps
});
