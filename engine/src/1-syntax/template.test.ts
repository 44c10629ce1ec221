import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Problems } from '../problems.ts';
import type { Expression, JsonNode } from './ast.ts';
import type { Syntax } from './expression.ts';
import { printExpression } from './print.ts';
import { readJson } from './reader.ts';
import { parsePath, parseValue } from './template.ts';

const syntax: Syntax = { lambdaArguments: () => undefined };

function read(text: string): { node: JsonNode; problems: Problems } {
  const problems = new Problems();
  return { node: readJson({ path: 'a.jsonc', text }, problems), problems };
}

function value(text: string): { expression: Expression; problems: Problems } {
  const { node, problems } = read(text);
  return { expression: parseValue(node, problems, syntax), problems };
}

function path(text: string): { printed: string | null; problems: Problems } {
  const { node, problems } = read(JSON.stringify(text));
  const parsed = node.kind === 'string' ? parsePath(node, problems, syntax) : null;
  if (parsed === null) return { printed: null, problems };
  const parts = parsed.parts.map((part) => (part.kind === 'member' ? `.${part.name}` : `[${printExpression(part.index)}]`));
  return { printed: parsed.name + parts.join(''), problems };
}

describe('values', () => {
  test.each([
    ['null', 'null', 'null'],
    ['true', 'boolean', 'true'],
    ['5', 'number', '5'],
    ['-5', 'unary', '-5'],
    ['"a"', 'text', "'a'"],
    ['"{{ a.b }}"', 'member', 'a.b'],
    ['"{{a}}"', 'name', 'a'],
    ['" {{ a }} "', 'template', "' ' ~ a ~ ' '"],
    ['"{{ a }}{{ b }}"', 'template', 'a ~ b'],
    ['"x {{ a + 1 }} y {{ b|f:1 }}"', 'template', "'x ' ~ (a + 1) ~ ' y ' ~ (b|f:1)"],
    ['"{{ \'}}\' }}"', 'text', "'}}'"],
    ['"a {{ \'{{\' }} b"', 'template', "'a ' ~ '{{' ~ ' b'"],
    ['"{{ {a: {b: 1}} }}"', 'object', '{a: {b: 1}}'],
    ['"{{{a: {b: 1}}}}"', 'object', '{a: {b: 1}}'],
    ["\"{{ 'it\\\\'s }}' }}\"", 'text', "'it\\'s }}'"],
    ['"{ a } }}"', 'text', "'{ a } }}'"],
    ['["{{ a }}", {"b": "x{{ c }}"}]', 'list', "[a, {b: 'x' ~ c}]"],
  ])('%s', (text, kind, printed) => {
    const { expression, problems } = value(text);
    expect(problems.list).toEqual([]);
    expect(expression.kind).toBe(kind);
    expect(printExpression(expression)).toBe(printed);
  });

  test.each([
    ['5', 'int'],
    ['-5.0', 'decimal'],
    ['5e1', 'float'],
  ])('%s is %s as it is written', (text, type) => {
    const { expression } = value(text);
    expect(expression.kind === 'unary' ? expression.operand : expression).toMatchObject({ type });
  });

  test.each<[string, string[], string]>([
    ['"{{ }}"', ['expression_empty 1:4'], '…'],
    ['"a {{ b"', ['template_unclosed 1:4'], "'a ' ~ …"],
    ['"{{ a"', ['template_unclosed 1:2'], '…'],
    ['"{{ it\'s }}"', ['expression_unterminated_text 1:7'], 'it'],
    ['"{{ {a: 1 }} b"', ['expression_unclosed 1:5'], "{a: 1} ~ ' b'"],
    ['"{{ a + }} {{ b + }}"', ['expression_expected 1:9', 'expression_expected 1:19'], "(a + …) ~ ' ' ~ (b + …)"],
    ['"id=${input.id}"', ['looks_like_expression 1:5'], "'id=${input.id}'"],
    ['"{ { x } }"', ['looks_like_expression 1:2'], "'{ { x } }'"],
    ['"{{ \'${name}\' }}"', [], "'${name}'"],
    ['"${{ price }}"', [], "'$' ~ price"],
    ['"a {b} ${1} { {} }"', [], "'a {b} ${1} { {} }'"],
    ['{"{{ a }}": 1}', ['template_in_key 1:2'], "{'{{ a }}': 1}"],
  ])('%s', (text, expected, printed) => {
    const { expression, problems } = value(text);
    expect(problems.list.map((p) => `${p.code} ${p.line}:${p.column}`)).toEqual(expected);
    expect(printExpression(expression)).toBe(printed);
  });

  test('a value that the reader missed is a hole without a second problem', () => {
    const { expression, problems } = value('[,]');
    expect(problems.list.map((p) => p.code)).toEqual(['json_missing_value']);
    expect(expression).toMatchObject({ kind: 'list', items: [{ kind: 'hole' }] });
  });

  test('places point into the file, behind escapes too', () => {
    const text = '{"a":\n  "\\u0041\\n{{ x == \\"y\\" && $z }}"}';
    const { problems } = value(text);
    expect(problems.list).toMatchObject([
      { code: 'expression_dollar', line: 2, column: text.split('\n')[1]!.indexOf('$z') + 1, pointer: '/a' },
    ]);
  });
});

describe('paths', () => {
  test.each(['a', 'cart.lines[0].count', 'x[i].y', 'x[i + 1]', "x['a b']", 'a.null'])('%s', (text) => {
    expect(path(text)).toMatchObject({ printed: text, problems: { list: [] } });
  });

  test.each<[string, string | null, string[]]>([
    ['lines.0', 'lines[0]', []],
    ['$cart.x', 'cart.x', ['expression_dollar']],
    ['', null, ['path_expected']],
    ['{{ a }}', null, ['path_expected']],
    ['a + b', null, ['path_expected']],
    ['null', null, ['path_expected']],
    ['a|f', null, ['path_expected']],
    ['a b', null, ['expression_unexpected']],
    ['a[', null, ['expression_expected']],
  ])('%s', (text, printed, codes) => {
    const result = path(text);
    expect(result.printed).toBe(printed);
    expect(result.problems.list.map((p) => p.code)).toEqual(codes);
  });
});

test('no text throws; every place lies in the file', () => {
  const piece = fc.constantFrom('{{', '}}', '{', '}', "'", '"', '\\', 'a', ' ', '+', '\n', '\u0000', 'é', '\ud83d');
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')),
      (text) => {
        const file = JSON.stringify({ k: text });
        const { expression, problems } = value(file);
        expect(expression.span.end).toBeLessThanOrEqual(file.length);
        for (const p of problems.list) {
          expect(p.pointer).toBe('/k');
          expect(p.column).toBeGreaterThan('{"k":"'.length);
          expect(p.endColumn).toBeLessThanOrEqual(file.length - 1);
        }
        path(text);
      },
    ),
    { numRuns: 2000 },
  );
});
