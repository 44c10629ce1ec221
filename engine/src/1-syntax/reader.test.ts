import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Problems } from '../problems.ts';
import type { JsonNode, JsonString } from './ast.ts';
import { readJson } from './reader.ts';

function read(text: string): { node: JsonNode; problems: Problems } {
  const problems = new Problems();
  return { node: readJson({ path: 'a.jsonc', text }, problems), problems };
}

/** `code line:column`, as the tables write problems. */
function briefly(problems: Problems): string[] {
  return problems.list.map((p) => `${p.code.replace('json_', '')} ${p.line}:${p.column}`);
}

/** The value that a tree stands for; what is missing is undefined. */
function plain(node: JsonNode): unknown {
  switch (node.kind) {
    case 'object': {
      const result = {};
      for (const { key, value } of node.members) {
        Object.defineProperty(result, key, { value: plain(value), enumerable: true, configurable: true, writable: true });
      }
      return result;
    }
    case 'array':
      return node.items.map(plain);
    case 'number':
      return JSON.parse(node.text);
    case 'null':
      return node.missing ? undefined : null;
    default:
      return node.value;
  }
}

function nodesOf(node: JsonNode): JsonNode[] {
  if (node.kind === 'array') return [node, ...node.items.flatMap(nodesOf)];
  if (node.kind === 'object') return [node, ...node.members.flatMap((m) => nodesOf(m.value))];
  return [node];
}

describe('what is accepted', () => {
  test.each([
    ['comments', '// a\n{/* b */"a": 1} // c', { a: 1 }],
    ['trailing commas', '{"a": [1, 2,],}', { a: [1, 2] }],
    ['a byte order mark', '\ufeff[]', []],
    ['a lone surrogate', '["\\ud800"]', ['\ud800']],
    ['escapes', '"\\u0041\\n\\"\\\\\\/"', 'A\n"\\/'],
    ['a comment at the very end', '1 //', 1],
    ['256 levels', `${'['.repeat(256)}${']'.repeat(256)}`, JSON.parse(`${'['.repeat(256)}${']'.repeat(256)}`)],
  ])('%s', (_, text, expected) => {
    const { node, problems } = read(text);
    expect(problems.list).toEqual([]);
    expect(plain(node)).toStrictEqual(expected);
  });

  test('__proto__ is a plain key', () => {
    const { node, problems } = read('{"__proto__": 1, "constructor": 2}');
    expect(problems.list).toEqual([]);
    expect(node.kind === 'object' && node.members.map((m) => m.key)).toEqual(['__proto__', 'constructor']);
  });
});

describe('every problem is reported once, with its place, and what follows is read', () => {
  test.each<[string, string, string[], unknown]>([
    ['an empty file', '', ['empty 1:1'], undefined],
    ['a file with a comment alone', ' // x', ['empty 1:1'], undefined],
    ['two missing commas', '[1 2\n 3]', ['missing_comma 1:3', 'missing_comma 1:5'], [1, 2, 3]],
    ['a missing comma in an object', '{"a": 1\n"b": 2}', ['missing_comma 1:8'], { a: 1, b: 2 }],
    ['a missing colon', '{"a" 1, "b": 2}', ['missing_colon 1:2'], { a: 1, b: 2 }],
    ['a key alone', '{"a", "b": 2}', ['missing_colon 1:2'], { a: undefined, b: 2 }],
    ['a key alone, without comma', '{"a" "b": 2}', ['missing_colon 1:2'], { a: undefined, b: 2 }],
    ['an equals sign', '{"a" = 1}', ['missing_colon 1:2'], { a: 1 }],
    ['a missing value', '{"a": , "b": 2}', ['missing_value 1:7'], { a: undefined, b: 2 }],
    ['a missing item', '[1,, 2]', ['missing_value 1:4'], [1, undefined, 2]],
    ['a missing key', '{: 1, "b": 2}', ['missing_key 1:2'], { b: 2 }],
    ['a doubled comma in an object', '{"a": 1,, "b": 2}', ['missing_key 1:9'], { a: 1, b: 2 }],
    ['a semicolon', '{"a": 1; "b": 2}', ['unexpected 1:8'], { a: 1, b: 2 }],
    ['two values for one key', '{"a": "x" "y", "b": 2}', ['unexpected 1:11'], { a: 'x', b: 2 }],
    ['an object in array brackets', '["a": 1]', ['unexpected 1:5'], ['a', 1]],
    ['text after the end', '{} {}', ['text_after_end 1:4'], {}],
    ['a bracket that closes too early', '{"a": {}}, "b": 1}', ['text_after_end 1:10'], { a: {} }],
    ['a word as value', '{"a": foo bar, "b": 2}', ['unquoted_text 1:7', 'unexpected 1:11'], { a: undefined, b: 2 }],
    ['prose', 'hello world', ['unquoted_text 1:1'], undefined],
    ['True and None', '[True, None]', ['unquoted_text 1:2', 'unquoted_text 1:8'], [undefined, undefined]],
    ['a key without quotes', '{a: 1}', ['unquoted_key 1:2'], { a: 1 }],
    ['single quotes', "{'a': 'it\\'s'}", ['wrong_quotes 1:2', 'wrong_quotes 1:7'], { a: "it's" }],
    ['curly quotes', '[“a”]', ['wrong_quotes 1:2'], ['a']],
    ['a repeated key', '{"a": 1,\n"a": 2}', ['duplicate_key 2:1'], { a: 1 }],
    ['an escape that is none', '["a\\qb"]', ['bad_escape 1:4'], ['aqb']],
    ['too few hexadecimal digits', '["\\u12"]', ['bad_escape 1:3'], ['\ufffd']],
    ['a tab in a text', '["a\tb"]', ['control_character 1:4'], ['a\tb']],
    ['a comment of another kind', '# x\n[]', ['hash_comment 1:1'], []],
    ['a comment without end', '{"a": 1 /* x', ['unterminated_comment 1:9'], { a: 1 }],
    ['a bracket without end', '{"a": [1, 2', ['unclosed_bracket 1:7'], { a: [1, 2] }],
    ['an array closed by its object', '{"a": [1, 2}', ['unclosed_bracket 1:7'], { a: [1, 2] }],
    ['the wrong kind of bracket', '{"a": [1, 2}, "b": 3}', ['wrong_bracket 1:12'], { a: [1, 2], b: 3 }],
    ['the wrong kind of bracket in an array', '[{"a": 1], 2]', ['wrong_bracket 1:9'], [{ a: 1 }, 2]],
    ['a bracket that nobody opened', '} 1', ['unexpected 1:1'], 1],
  ])('%s', (_, text, expected, value) => {
    const { node, problems } = read(text);
    expect(briefly(problems)).toEqual(expected);
    expect(plain(node)).toStrictEqual(value);
  });

  test.each(['007', '+1', '.5', '1.', 'NaN', '-Infinity', '0x1f', '1_000', '2024-01-01', '-', '1e'])(
    '%s is no number',
    (text) => {
      const { node, problems } = read(`[${text}, 1]`);
      expect(briefly(problems)).toEqual(['bad_number 1:2']);
      expect(plain(node)).toStrictEqual([undefined, 1]);
    },
  );
});

describe('a text without its closing quote ends where its writer meant', () => {
  test.each<[string, string, string[], unknown]>([
    ['before the comma of its line', '{"a": "abc,\n"b": 1}', ['unterminated_text 1:7'], { a: 'abc', b: 1 }],
    ['behind its expression', '{"a": "{{ x }},\n"b": 1}', ['unterminated_text 1:7'], { a: '{{ x }}', b: 1 }],
    ['before the brackets that are awaited', '[{"a": "b},\n{"c": 1}]', ['unterminated_text 1:8'], [{ a: 'b' }, { c: 1 }]],
    ['at the file’s end', '{"a": "abc', ['unterminated_text 1:7'], { a: 'abc' }],
    [
      'nowhere, if it stands on several lines',
      '{"a": "select *\n from x",\n"b": 1}',
      ['line_break_in_text 1:16'],
      { a: 'select *\n from x', b: 1 },
    ],
    ['nowhere, if its quote stands on a line of its own', '{"a": "x\n", "b": 1}', ['line_break_in_text 1:9'], { a: 'x\n', b: 1 }],
  ])('%s', (_, text, expected, value) => {
    const { node, problems } = read(text);
    expect(briefly(problems)).toEqual(expected);
    expect(plain(node)).toStrictEqual(value);
  });
});

describe('hostile files', () => {
  test.each([['['.repeat(200_000)], ['{"a":'.repeat(200_000)]])('deep nesting is one problem', (text) => {
    expect(read(text).problems.list.map((p) => p.code)).toEqual(['json_too_deep']);
  });

  test('reading stops after 200 problems', () => {
    const { list } = read(`[${"'a' ".repeat(10_000)}]`).problems;
    expect(list.length).toBe(201);
    expect(list.at(-1)?.code).toBe('json_too_many_problems');
  });
});

describe('places', () => {
  test('pointers escape ~ and /', () => {
    const { node } = read('{"a/b": [{"~": 1}]}');
    expect(nodesOf(node).map((n) => n.pointer)).toEqual(['', '/a~1b', '/a~1b/0', '/a~1b/0/~0']);
  });

  test('each character of a text knows where it stands, behind escapes too', () => {
    const text = '["a\\n\\u0041\\"b"]';
    const { node } = read(text);
    const string = (node.kind === 'array' ? node.items[0] : undefined) as JsonString;
    expect(string.value).toBe('a\nA"b');
    expect([0, 1, 2, 3, 4, 5].map(string.offsetOf)).toEqual([2, 3, 5, 11, 13, 14]);
  });
});

describe('properties', () => {
  test('valid JSON reads as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.constantFrom(0, 1, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const { node, problems } = read(text);
        expect(problems.list).toEqual([]);
        expect(plain(node)).toStrictEqual(JSON.parse(text));
      }),
    );
  });

  const seed = '{"a": [1, -2.5e3, "x\\n\\u0041", {"b": null, "c": true}], /* c */ "d": "{{ a }}", // e\n "f": [[], {},],}';
  const piece = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    "'",
    '\\',
    '\n',
    '/',
    '*',
    '#',
    '0',
    '-',
    'a',
    ' ',
    '\u0000',
    '“',
    '{{',
  );

  test('broken JSON never throws, and every place lies in the file', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(seed.length), fc.nat(3), piece), { maxLength: 6 }), (edits) => {
        let text = seed;
        for (const [at, removed, inserted] of edits) text = text.slice(0, at) + inserted + text.slice(at + removed);
        checkPlaces(text);
      }),
      { numRuns: 2000 },
    );
  });

  test('any text never throws, and every place lies in the file', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(piece).map((p) => p.join('')),
        ),
        checkPlaces,
      ),
      { numRuns: 2000 },
    );
  });

  test('what is not valid JSON (comments and trailing commas apart) has a problem', () => {
    fc.assert(
      fc.property(fc.nat(30), piece, (at, inserted) => {
        const base = '{"a": [1, "x"], "b": {"c": 2}}';
        const text = base.slice(0, at) + inserted + base.slice(at + 1);
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        const { problems } = read(text);
        if (valid) expect(problems.list.filter((p) => p.code !== 'json_duplicate_key')).toEqual([]);
        else if (!/,\s*[}\]]/.test(text)) expect(problems.list.length).toBeGreaterThan(0);
      }),
      { numRuns: 2000 },
    );
  });

  function checkPlaces(text: string): void {
    const { node, problems } = read(text);
    for (const { span } of nodesOf(node)) {
      expect(0 <= span.start && span.start <= span.end && span.end <= text.length).toBe(true);
    }
    for (const string of nodesOf(node).filter((n) => n.kind === 'string')) {
      let last = string.span.start + 1;
      for (let i = 0; i <= string.value.length; i++) {
        const offset = string.offsetOf(i);
        expect(offset >= last && offset <= string.span.end).toBe(true);
        last = offset;
      }
    }
    for (const problem of problems.list) {
      expect(problem.line).toBeGreaterThan(0);
      expect(problem.line < problem.endLine || problem.column <= problem.endColumn).toBe(true);
    }
  }
});
