/** Values that break what was not built for them. */

/** A value of a body as its JSON text, which need not be what any JSON library writes. */
export class Raw {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** What a body is made of. */
export type Tree = Raw | string | number | boolean | null | readonly Tree[] | { readonly [key: string]: Tree };

/** A key that stands for itself in JSON, whatever it is. */
export function treeText(tree: Tree): string {
  if (tree instanceof Raw) return tree.text;
  if (Array.isArray(tree)) return `[${tree.map(treeText).join(',')}]`;
  if (typeof tree === 'object' && tree !== null)
    return `{${Object.entries(tree)
      .map(([key, value]) => `${JSON.stringify(key)}:${treeText(value)}`)
      .join(',')}}`;
  return JSON.stringify(tree);
}

/** Texts that mean something to SQL, templates, prototypes, patterns, shells, paths, or nobody. Valid Unicode without NUL. */
export const texts: readonly string[] = [
  '',
  ' ',
  "'; drop table customer; --",
  "' or '1'='1",
  '" or ""="',
  '1); delete from thing; --',
  "x' union select password from customer --",
  "\\'; select pg_sleep(20); --",
  '$1',
  '$$; select 1; $$',
  '{{ env.CANARY }}',
  '{{ db.customer.password }}',
  '${process.env}',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'null',
  'undefined',
  'NaN',
  'Infinity',
  '-Infinity',
  '1e400',
  '-1',
  '0x10',
  '1_000',
  '9007199254740993',
  '99999999999999999999999999999999999999',
  '1e308',
  '0.1',
  '١٢',
  '-0',
  '+1',
  ' 1',
  'true',
  '[]',
  '{}',
  '[object Object]',
  'infinity',
  'now',
  'epoch',
  '+275760-09-13T00:00:00Z',
  '9999-12-31T23:59:60Z',
  '0001-01-01T00:00:00Z',
  '2024-02-30',
  '2024-05-06T07:08:09',
  '-8640000000000001',
  '8640000000000001',
  '%',
  '%a%a%a%a%a%a%a%a%b',
  '\\',
  '_',
  '<->',
  '!&|:*()',
  '"\'<script>alert(1)</script>',
  '../../../../etc/passwd',
  'file:///etc/passwd',
  'http://127.0.0.1:5432/',
  'http://[::ffff:169.254.169.254]/latest/meta-data',
  'a\r\nSet-Cookie: x=1',
  '\u0001\u001f\u007f\u0085\u2028',
  '\u202egnp.exe',
  '\ufeff',
  '\ufffd',
  '😀',
  'e\u0301',
  'İ',
  'ß'.repeat(40),
  '(a+)+$',
  'a'.repeat(3_000),
  '0'.repeat(3_000),
  'a@b.cc',
  '00000000-0000-0000-0000-000000000000',
  'Y-m-d\\TH:i:s.v e',
  'Europe/Berlin',
  '../../Etc/UTC',
  'lines[0].price',
  'lines[99999999999]',
  'a[0][0][0]',
  '__proto__.polluted',
  'constructor.prototype.polluted',
];

/** A text of so many different words, which no compression makes small. */
export const words = (count: number): string =>
  Array.from({ length: count }, (_, i) => (i * 2_654_435_761).toString(36)).join(' ');

const deep = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const deepObject = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

/** JSON texts, beside the texts above. */
export const jsonTexts: readonly string[] = [
  'null',
  'true',
  'false',
  '0',
  '-0',
  '1',
  '-1',
  '3',
  '1.5',
  '0.30000000000000004',
  '1e5',
  '1e400',
  '-1e400',
  '1e-400',
  '5e-324',
  '1e308',
  '100000000000000000000',
  '2147483648',
  '9007199254740991',
  '9007199254740992',
  '-9007199254740993',
  '9223372036854775807',
  '-9223372036854775809',
  `1${'0'.repeat(400)}`,
  `1${'0'.repeat(140_000)}`,
  `0.${'0'.repeat(20_000)}1`,
  `-${'9'.repeat(2_000)}.${'9'.repeat(2_000)}`,
  '1.0',
  '12345678.999',
  '[]',
  '[null]',
  '[[]]',
  '[1,"a",null,{},[]]',
  '["a","b"]',
  '[1,2]',
  '[1e400]',
  deep(200),
  deep(255),
  deep(1_000),
  '{}',
  '{"":{"":0}}',
  '{"a":1,"a":2}',
  '{"__proto__":{"admin":true}}',
  '{"__proto__":null}',
  '{"constructor":{"prototype":{"admin":true}}}',
  '{"toString":1,"valueOf":2,"hasOwnProperty":3,"toJSON":4,"then":5}',
  '{"length":1000000000}',
  '{"$value":1}',
  '{"$ms":1}',
  '{"$text":"2024-01-01"}',
  '{"$coefficient":1,"$scale":2}',
  '{"type":"Buffer","data":[1]}',
  '{"name":"a","type":"b","size":1,"bytes":"x"}',
  '{"text":"a","values":["b"],"name":"customer"}',
  '{"id":1,"title":"t","no_such":1}',
  deepObject(200),
  deepObject(1_000),
  '"\\u0000"',
  '"a\\u0000b"',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '{"\\u0000":1}',
  '{"\\ud800":"\\udfff"}',
  '["\\u0000"]',
  '["\\ud800"]',
  `"${'a'.repeat(100_000)}"`,
  JSON.stringify(words(2_000)),
  `[${'0,'.repeat(20_000)}0]`,
  `[${'"x",'.repeat(2_000)}"x"]`,
  `[${'{},'.repeat(500)}{}]`,
  `{${Array.from({ length: 5_000 }, (_, i) => `"k${i}":${i}`).join(',')}}`,
  ...texts.map((text) => JSON.stringify(text)),
];

/** What stands in a URL as it is. */
export const encodedTexts: readonly string[] = [
  '%00',
  'a%00b',
  '%',
  '%2',
  '%zz',
  '%u0041',
  '%ff',
  '%c0%80',
  '%ed%a0%80',
  '%f8%88%80%80%80',
  '%2e%2e%2f',
  '..%2f..%2fetc%2fpasswd',
  '%2F',
  '%5c',
  '%25',
  '%3Cscript%3E',
  '%0d%0aSet-Cookie:%20x',
  '%E2%80%AE',
];
