import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Problems } from '../problems.ts';
import type { Expression } from './ast.ts';
import { expectedAt, parseExpression, type Syntax } from './expression.ts';

const lambdas: Readonly<Record<string, readonly boolean[]>> = {
  filter: [true],
  map: [true],
  some: [true],
  reduce: [true, false],
};
const syntax: Syntax = { lambdaArguments: (filter) => (Object.hasOwn(lambdas, filter) ? lambdas[filter] : undefined) };

function parse(text: string): { expression: Expression; problems: Problems } {
  const problems = new Problems();
  const at = { source: { path: 'a.jsonc', text }, pointer: '/x', offsetOf: (i: number) => i };
  return { expression: parseExpression(text, at, problems, syntax), problems };
}

/** The tree with every bracket, operators first. */
function tree(e: Expression): string {
  switch (e.kind) {
    case 'text':
      return JSON.stringify(e.value);
    case 'number':
      return e.text;
    case 'name':
      return e.name;
    case 'boolean':
      return String(e.value);
    case 'member':
      return `(. ${tree(e.object)} ${e.name})`;
    case 'index':
      return `([] ${tree(e.object)} ${tree(e.index)})`;
    case 'unary':
      return `(${e.operator} ${tree(e.operand)})`;
    case 'binary':
      return `(${e.operator}${e.optional ? '?' : ''} ${tree(e.left)} ${tree(e.right)})`;
    case 'logical':
      return `(${e.operator} ${tree(e.left)} ${tree(e.right)})`;
    case 'is_null':
      return `(${e.negated ? 'is not null' : 'is null'} ${tree(e.operand)})`;
    case 'conditional':
      return `(? ${tree(e.test)} ${tree(e.then)} ${tree(e.otherwise)})`;
    case 'filter':
      return `(|${[e.name, ...[e.input, ...e.args].map(tree)].join(' ')})`;
    case 'list':
      return `[${e.items.map(tree).join(' ')}]`;
    case 'object':
      return `{${e.entries.map(({ key, value }) => `${key}:${tree(value)}`).join(' ')}}`;
    case 'null':
    case 'hole':
    case 'template':
      return e.kind;
  }
}

describe('what binds how', () => {
  test.each([
    // Arithmetic and joining.
    ['1 + 2 * 3 - 4', '(- (+ 1 (* 2 3)) 4)'],
    ['a - b - c', '(- (- a b) c)'],
    ['a ~ b + c', '(+ (~ a b) c)'],
    ['(a + b) * c', '(* (+ a b) c)'],
    ['a * -b % c', '(% (* a (- b)) c)'],
    // Logic.
    ['a || b && c', '(|| a (&& b c))'],
    ['!a && !b', '(&& (! a) (! b))'],
    ['(a ?? b) || c', '(|| (?? a b) c)'],
    ['a ?? b ?? c', '(?? (?? a b) c)'],
    ['a ?? b == c', '(?? a (== b c))'],
    ['a ? b : c ? d : e', '(? a b (? c d e))'],
    ['a ? b ? c : d : e', '(? a (? b c d) e)'],
    ['a || b ? c : d', '(? (|| a b) c d)'],
    // Comparisons.
    ['a == b < c', '(== a (< b c))'],
    ['a + 1 >= b * 2', '(>= (+ a 1) (* b 2))'],
    ['x in [1, 2,]', '(in x [1 2])'],
    ['x not in xs && y', '(&& (not in x xs) y)'],
    ['!x in xs', '(in (! x) xs)'],
    ["x like 'a%' ~ b", '(like x (~ "a%" b))'],
    ['x not like p || x not ilike p', '(|| (not like x p) (not ilike x p))'],
    ['x between [1, y + 1]', '(between x [1 (+ y 1)])'],
    ['x not between b', '(not between x b)'],
    ['x contains y', '(contains x y)'],
    ['x overlaps y', '(overlaps x y)'],
    ['x search y', '(search x y)'],
    ['a + b is null', '(is null (+ a b))'],
    ['a is not null == true', '(== (is not null a) true)'],
    ['search in search', '(in search search)'],
    ['not in xs', '(in not xs)'],
    // The optional mark stands directly behind its operator.
    ['a ==? b', '(==? a b)'],
    ['a !=? b && c >? d', '(&& (!=? a b) (>? c d))'],
    ['a >=? b || a <=? b || a <? b', '(|| (|| (>=? a b) (<=? a b)) (<? a b))'],
    ['x in? xs', '(in? x xs)'],
    ['x not in? xs', '(not in? x xs)'],
    ['x like? y', '(like? x y)'],
    ['x between? y', '(between? x y)'],
    ['x > 3 ? a : b', '(? (> x 3) a b)'],
    ['x in xs ? a : b', '(? (in x xs) a b)'],
    // Members and indexes.
    ['a.b[0].c', '(. ([] (. a b) 0) c)'],
    ['a[b + 1]', '([] a (+ b 1))'],
    ['a.0.1', '([] ([] a 0) 1)'],
    ['a["b c"].in', '(. ([] a "b c") in)'],
    ['a.null', '(. a null)'],
    // Filters bind tighter than every operator, a negative literal excepted.
    ['a|add:1 > 3', '(> (|add a 1) 3)'],
    ['-x|abs', '(- (|abs x))'],
    ['!a|f', '(! (|f a))'],
    ['-5|abs', '(|abs (- 5))'],
    ['2 - -5|abs', '(- 2 (|abs (- 5)))'],
    ['-(5|abs)', '(- (|abs 5))'],
    ['a|f|g:1:2|h', '(|h (|g (|f a) 1 2))'],
    ['a|f.b', '(. (|f a) b)'],
    // Arguments are literals, paths, brackets.
    ['a|f:b.c[0]|g', '(|g (|f a ([] (. b c) 0)))'],
    ['a|f:-1:b + 1', '(+ (|f a (- 1) b) 1)'],
    ["a|get:'b'.c", '(. (|get a "b") c)'],
    ['a|f:(b|g:1):[c + 1]:{d: 1}', '(|f a (|g b 1) [(+ c 1)] {d:1})'],
    // Lambdas are whole expressions.
    ["xs|filter:item.x > 3 && item.y == 'a'|count", '(|count (|filter xs (&& (> (. item x) 3) (== (. item y) "a"))))'],
    ['xs|map:(item.x|abs)|sum', '(|sum (|map xs (|abs (. item x))))'],
    ['xs|map:(item.x ? 1 : 2)', '(|map xs (? (. item x) 1 2))'],
    ['xs|reduce:item + result:0 + 1', '(+ (|reduce xs (+ item result) 0) 1)'],
    ['[xs|map:item + 1, 2]', '[(|map xs (+ item 1)) 2]'],
    ['(xs|some:item) ? 1 : 2', '(? (|some xs item) 1 2)'],
    // In the middle of ?: a colon ends the middle.
    ['c ? x|f : y', '(? c (|f x) y)'],
    ['c ? (x|f:1) : y', '(? c (|f x 1) y)'],
    ['c ? [x|f:1] : y|f:2', '(? c [(|f x 1)] (|f y 2))'],
    ['a ? b ? x|f : y : z', '(? a (? b (|f x) y) z)'],
    ['c ? x|f : y|g:1', '(? c (|f x) (|g y 1))'],
    ['c ? x|f : y|g : 1', '(? c (|f x) (|g y 1))'],
    ['x|f:1 ? a : b', '(? (|f x 1) a b)'],
    // Literals.
    [`'it\\'s' ~ "\\"\\n\\t\\\\\\u0041"`, '(~ "it\'s" "\\"\\n\\t\\\\A")'],
    ['[null, true, 1, 1.50, 1e3, 2.5E-3]', '[null true 1 1.50 1e3 2.5E-3]'],
    ['{a: 1, "b c": 2, 3: x,}', '{a:1 b c:2 3:x}'],
    ['{}', '{}'],
  ])('%s', (text, expected) => {
    const { expression, problems } = parse(text);
    expect(problems.list).toEqual([]);
    expect(tree(expression)).toBe(expected);
  });

  test.each([
    ['1', 'int'],
    ['1.0', 'decimal'],
    ['1e3', 'float'],
    ['1.5E+3', 'float'],
  ])('%s is of type %s', (text, type) => {
    expect(parse(text).expression).toMatchObject({ kind: 'number', type, text });
  });
});

describe('each mistake is one problem with its place, and the rest is read as it was meant', () => {
  test.each<[string, string[], string]>([
    // Habits of other languages.
    ['$total + $var.tax', ['dollar 1', 'dollar 10'], '(+ total tax)'],
    ['xs|map:$this.a', ['dollar 8'], '(|map xs (. item a))'],
    ['xs|map:$$.a', ['dollar 8'], '(|map xs (. item a))'],
    ['now() > uuid()', ['call_brackets 4', 'call_brackets 13'], '(> now uuid)'],
    ['round(x, 2) + 1', ['function_call 1'], '(+ (|round x 2) 1)'],
    ['x.trim()', ['function_call 1'], '(|trim x)'],
    ['x|round(2)', ['function_call 3'], '(|round x 2)'],
    ['a === b', ['strict_equality 3'], '(== a b)'],
    ['a !== b', ['strict_equality 3'], '(!= a b)'],
    ['a = b', ['operator_spelling 3'], '(== a b)'],
    ['a <> b', ['operator_spelling 3'], '(!= a b)'],
    ['a & b', ['operator_spelling 3'], '(&& a b)'],
    ['a and b or not c', ['operator_spelling 3', 'operator_spelling 9', 'operator_spelling 12'], '(|| (&& a b) (! c))'],
    ['a IS NULL', ['operator_spelling 3'], '(is null a)'],
    ['a LIKE b', ['operator_spelling 3'], '(like a b)'],
    ['a includes b', ['operator_spelling 3'], '(contains a b)'],
    ['a is b', ['operator_spelling 3'], '(== a b)'],
    ['a not search b', ['operator_spelling 3'], '(! (search a b))'],
    ['a?.b?.[0]', ['optional_chaining 2', 'optional_chaining 5'], '([] (. a b) 0)'],
    ['x in (1, 2)', ['list_brackets 6'], '(in x [1 2])'],
    ['x between 1 and 2', ['between 13'], '(between x [1 2])'],
    ['`a`', ['bad_quotes 1'], '"a"'],
    ['.5 + 007', ['bad_number 1', 'bad_number 6'], '(+ 0.5 7)'],
    ['1_000 + 0x1f', ['bad_number 1', 'bad_number 9'], '(+ 1 0)'],
    // What must be said by brackets.
    ['a ?? b || c', ['mixed_nullish 3'], '(?? a (|| b c))'],
    ['a && b ?? c', ['mixed_nullish 8'], '(?? (&& a b) c)'],
    ['a < b < c', ['chained_comparison 7'], '(< (< a b) c)'],
    ['a in b is null', ['chained_comparison 8'], '(is null (in a b))'],
    ['c ? x|f:1 : y', ['conditional_filter 7'], '(? c hole y)'],
    ['c ? x|f:1:2 : y', ['conditional_filter 7'], '(? c hole y)'],
    ['{a: c ? x|f:1 : y, b: 2}', ['conditional_filter 11'], '{a:(? c hole y) b:2}'],
    ['c ? x|f:1|g : y', ['conditional_filter 7'], '(? c hole y)'],
    ['c ? xs|map:item.a|count : 0', ['conditional_filter 8'], '(? c hole 0)'],
    ['xs|some:item.x ? 1 : 2', ['conditional_lambda 16'], '(? (|some xs (. item x)) 1 2)'],
    ['x|f:-y|g', ['argument_brackets 5'], '(|g (|f x (- y)))'],
    // Something is missing.
    ['', ['empty 1'], 'hole'],
    ['  ', ['empty 1'], 'hole'],
    ['a + * b', ['expected 5'], '(+ a (* hole b))'],
    ['a + ', ['expected 5'], '(+ a hole)'],
    ['a + ) * 2', ['expected 5'], '(* (+ a hole) 2)'],
    ['(a + ', ['expected 6'], '(+ a hole)'],
    ['((a', ['unclosed 2'], 'a'],
    ['[1, 2', ['unclosed 1'], '[1 2]'],
    ['[a + (b ] + c', ['unclosed 6'], '(+ [(+ a b)] c)'],
    ['a.', ['expected 3'], 'a'],
    ['a. + b', ['expected 4'], '(+ a b)'],
    ['a|', ['expected 3'], 'a'],
    ['a| + b', ['expected 4'], '(+ a b)'],
    ['a|f:', ['expected 5'], '(|f a hole)'],
    ['c ? a', ['expected 6'], '(? c a hole)'],
    ['{a, b: 1}', ['expected 3'], '{a:hole b:1}'],
    ['{+: 1, b: 2}', ['expected 2'], '{b:2}'],
    ['[a,, b]', ['expected 4'], '[a hole b]'],
    ['a is', ['expected 5'], '(is null a)'],
    // Something is too much.
    ['a b', ['unexpected 3'], 'a'],
    ['hello big wide world', ['unexpected 7'], 'hello'],
    ['a b + c d', ['unexpected 3', 'unexpected 9'], '(+ a c)'],
    ['a ) + b', ['unexpected 3'], '(+ a b)'],
    ['a, b', ['unexpected 2'], 'a'],
    ['{a: 1, a: 2}', ['duplicate_key 8'], '{a:1}'],
    // Characters.
    ['a # b', ['bad_character 3'], 'a'],
    ['# a', ['bad_character 1'], 'a'],
    ['größe + 1', ['bad_name 1'], '(+ hole 1)'],
    ["a == 'abc", ['unterminated_text 6'], '(== a "abc")'],
    ["[f('abc", ['function_call 2', 'unterminated_text 4'], '[(|f "abc")]'],
    ["'a\\qb'", ['bad_escape 3'], '"aqb"'],
  ])('%s', (text, expected, meant) => {
    const { expression, problems } = parse(text);
    expect(problems.list.map((p) => `${p.code.replace('expression_', '')} ${p.column}`)).toEqual(expected);
    expect(tree(expression)).toBe(meant);
  });

  test('the hint shows what was meant by a call', () => {
    expect(parse('round(a.b, 2)').problems.list[0]?.hint).toBe('Write a.b|round:2');
  });
});

describe('hostile texts', () => {
  test.each([
    ['brackets', '('.repeat(40_000)],
    ['lists', '['.repeat(40_000)],
    ['signs', `${'!'.repeat(40_000)}a`],
    ['operators in a row', `a${' + a'.repeat(9_000)}`],
    ['members in a row', `a${'.a'.repeat(20_000)}`],
    ['filters in a row', `a${'|a'.repeat(20_000)}`],
    ['conditions', `${'a ? b : '.repeat(5_000)}c`],
    ['lambdas', 'a|map:'.repeat(5_000)],
  ])('%s: one problem, no overflow', (_, text) => {
    expect(parse(text).problems.list.map((p) => p.code)).toEqual(['expression_too_deep']);
  });

  test('too long a text is not read', () => {
    expect(parse('a'.repeat(50_001)).problems.list.map((p) => p.code)).toEqual(['expression_too_long']);
  });

  test('90 brackets and 250 joined texts are no problem', () => {
    expect(parse(`${'('.repeat(90)}a${')'.repeat(90)}`).problems.list).toEqual([]);
    expect(parse(`a${' ~ a'.repeat(250)}`).problems.list).toEqual([]);
  });
});

describe('what could stand at the cursor', () => {
  test.each<[string, object]>([
    ['^', { kind: 'operand', prefix: '' }],
    ['a^', { kind: 'operand', prefix: 'a' }],
    ['a ^ + b', { kind: 'operator', prefix: '', after: { name: 'a' } }],
    ['a + ^', { kind: 'operand', prefix: '' }],
    ['a.b.c^', { kind: 'member', prefix: 'c', after: { kind: 'member', name: 'b' } }],
    ['a|up^', { kind: 'filter', prefix: 'up', after: { name: 'a' } }],
    ['a|f:1:^', { kind: 'filter_argument', prefix: '', filter: { name: 'f', argument: 1, lambda: false } }],
    ['a|map:i^', { kind: 'filter_argument', prefix: 'i', filter: { name: 'map', argument: 0, lambda: true } }],
    ['a|map:item.^', { kind: 'member', prefix: '', after: { name: 'item' } }],
    ['a not i^', { kind: 'operator', prefix: 'i', operators: ['in', 'like', 'ilike', 'contains', 'overlaps', 'between'] }],
    ['a is ^', { kind: 'operator', operators: ['null', 'not null'] }],
    ['a is not ^', { kind: 'operator', operators: ['null'] }],
    ["a == 'x^'", { kind: 'end', prefix: '' }],
    ['{^', { kind: 'end', prefix: '' }],
    ['{a: b.^}', { kind: 'member', after: { name: 'b' } }],
  ])('%s', (text, expected) => {
    const index = text.indexOf('^');
    expect(expectedAt(text.replace('^', ''), index, syntax)).toMatchObject(expected);
  });

  test('an operator list names what closes and what goes on', () => {
    expect(expectedAt('(a ', 3, syntax).operators).toContain(')');
    expect(expectedAt('a ', 2, syntax).operators).not.toContain(')');
    expect(expectedAt('a ? b ', 6, syntax).operators).toContain(':');
  });
});

describe('properties', () => {
  const piece = fc.constantFrom(
    ...[
      'a',
      'b.c',
      ' ',
      '+',
      '-',
      '|',
      ':',
      '?',
      '??',
      '||',
      '&&',
      '!',
      '==',
      '=',
      '<',
      '?.',
      '.',
      ',',
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
    ],
    ...[
      "'",
      '"',
      '`',
      '\\',
      '$',
      '$var.',
      '1',
      '1.5',
      '.5',
      'not ',
      'in ',
      'is ',
      'null',
      'and ',
      '|map:',
      '|f:',
      'é',
      '#',
      '\n',
      '\ud800',
    ],
  );
  const text = fc.oneof(
    fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
    fc.string({ unit: 'binary' }),
  );

  test('no text throws, and every place lies in the text', () => {
    fc.assert(
      fc.property(text, fc.nat(40), (given, index) => {
        const { expression, problems } = parse(given);
        checkSpan(expression, given.length);
        for (const p of problems.list) expect(p.line < p.endLine || p.column <= p.endColumn).toBe(true);
        expectedAt(given, index, syntax);
      }),
      { numRuns: 5000 },
    );
  });

  test('a tree with a hole has a problem that says why', () => {
    fc.assert(
      fc.property(text, (given) => {
        const { expression, problems } = parse(given);
        if (tree(expression).includes('hole')) expect(problems.failed).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  function checkSpan(e: Expression, length: number): void {
    expect(0 <= e.span.start && e.span.start <= e.span.end && e.span.end <= length).toBe(true);
    for (const child of childrenOf(e)) checkSpan(child, length);
  }
});

function childrenOf(e: Expression): readonly Expression[] {
  switch (e.kind) {
    case 'member':
      return [e.object];
    case 'index':
      return [e.object, e.index];
    case 'unary':
    case 'is_null':
      return [e.operand];
    case 'binary':
    case 'logical':
      return [e.left, e.right];
    case 'conditional':
      return [e.test, e.then, e.otherwise];
    case 'filter':
      return [e.input, ...e.args];
    case 'list':
      return e.items;
    case 'object':
      return e.entries.map((entry) => entry.value);
    default:
      return [];
  }
}
