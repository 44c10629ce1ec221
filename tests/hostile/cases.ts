/** The hostile requests of an operation: what it takes, broken in every place. */
import { gzipSync } from 'node:zlib';
import type { Attempt } from './client.ts';
import { attemptOf, multipartOf, multipartType, type Operation, partOf, partsOf } from './operations.ts';
import { encodedTexts, jsonTexts, Raw, type Tree, texts } from './values.ts';

/** Made when it is sent: most of a battery is left out. */
export type Case = () => Attempt;

type Path = readonly (string | number)[];
type Members = Readonly<Record<string, Tree>>;

const isList = (tree: Tree | undefined): tree is readonly Tree[] => Array.isArray(tree);
const isMembers = (tree: Tree | undefined): tree is Members =>
  typeof tree === 'object' && tree !== null && !(tree instanceof Raw) && !Array.isArray(tree);

/** Every place inside a body, the body itself excepted. */
function placesOf(tree: Tree | undefined, at: Path = []): readonly Path[] {
  const children: readonly (readonly [string | number, Tree])[] = isList(tree)
    ? tree.map((item, index) => [index, item] as const)
    : isMembers(tree)
      ? Object.entries(tree)
      : [];
  return children.flatMap(([key, child]) => [[...at, key], ...placesOf(child, [...at, key])]);
}

/** A copy with another value at a place; undefined takes the member away. */
function replaced(tree: Tree, [key, ...rest]: Path, value: Tree | undefined): Tree {
  if (key === undefined) return value ?? null;
  if (isList(tree)) {
    const items = [...tree];
    const next = rest.length === 0 ? value : replaced(items[Number(key)] ?? null, rest, value);
    items.splice(Number(key), 1, ...(next === undefined ? [] : [next]));
    return items;
  }
  const members = isMembers(tree) ? Object.entries(tree).filter(([name]) => name !== key) : [];
  const next = rest.length === 0 ? value : replaced(isMembers(tree) ? (tree[String(key)] ?? null) : null, rest, value);
  return Object.fromEntries(next === undefined ? members : [...members, [String(key), next]]);
}

const shown = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}… (${text.length})` : text);

/** Every hostile value in every place of the body. */
function* bodyCases(operation: Operation): Generator<Case> {
  const { body } = operation.base;
  if (body === undefined || !operation.contentTypes.includes('application/json')) return;
  for (const place of placesOf(body)) {
    const where = place.join('.');
    yield () => attemptOf(operation, `body ${where} missing`, { body: replaced(body, place, undefined) });
    for (const text of jsonTexts)
      yield () => attemptOf(operation, `body ${where} = ${shown(text)}`, { body: replaced(body, place, new Raw(text)) });
  }
  for (const text of jsonTexts) yield () => attemptOf(operation, `body = ${shown(text)}`, { body: new Raw(text) });
  if (!isMembers(body)) return;
  for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', '\u0000', '$where', "'; drop table thing; --"])
    for (const value of ['{"admin":true}', 'null', '"x"']) {
      const inner = Object.entries(body).map(([name, member]) => [name, member] as const);
      yield () => attemptOf(operation, `body with ${JSON.stringify(key)}: ${value}`, { body: membersWith(inner, key, value) });
    }
}

/** An object's text with one more key, which no object literal could hold. */
function membersWith(members: readonly (readonly [string, Tree])[], key: string, value: string): Tree {
  const text = JSON.stringify(key);
  const rest = Object.fromEntries(members);
  return new Raw(`{${text}:${value},${treeInner(rest)}${treeInner(rest) === '' ? '' : ','}${text}:${value}}`);
}

const treeInner = (members: Members): string => attemptText(members).slice(1, -1);
const attemptText = (tree: Tree): string => {
  if (tree instanceof Raw) return tree.text;
  if (isList(tree)) return `[${tree.map(attemptText).join(',')}]`;
  if (isMembers(tree))
    return `{${Object.entries(tree)
      .map(([k, v]) => `${JSON.stringify(k)}:${attemptText(v)}`)
      .join(',')}}`;
  return JSON.stringify(tree);
};

/** Every hostile text in every parameter of the path, the query and the headers. */
function* parameterCases(operation: Operation): Generator<Case> {
  const { base } = operation;
  for (const { name, in: where } of operation.parameters) {
    const title = (text: string): string => `${where} ${name} = ${shown(text)}`;
    if (where === 'header') {
      yield () => attemptOf(operation, `header ${name} missing`, { headers: {} });
      for (const text of texts) {
        const value = Buffer.from(text, 'utf8')
          .toString('latin1')
          .replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '');
        yield () => attemptOf(operation, title(text), { headers: { [name]: value } });
      }
      continue;
    }
    const short = texts.filter((text) => text.length < 2_500);
    for (const text of short) {
      if (where === 'query') yield () => attemptOf(operation, title(text), { query: { [name]: text } });
      else if (text !== '' && text.trim() !== '')
        yield () => attemptOf(operation, title(text), { path: { [name]: encodeURIComponent(text) } });
    }
    const rest = Object.entries(base.query)
      .filter(([key]) => key !== name)
      .map(([key, value]) => `&${encodeURIComponent(key)}=${encodeURIComponent(value)}`)
      .join('');
    for (const text of encodedTexts) {
      if (where === 'query')
        yield () => attemptOf(operation, title(text), { rawQuery: `${encodeURIComponent(name)}=${text}${rest}` });
      else yield () => attemptOf(operation, title(text), { path: { [name]: text } });
    }
    if (where !== 'query') continue;
    const key = encodeURIComponent(name);
    for (const query of [
      `${key}`,
      `${key}=`,
      `${key}=1&${key}=2`,
      `${key}[]=1`,
      `${key}[a]=1`,
      `${key}%00=1`,
      `${key}=1=2`,
      `=${key}`,
      `&&&${key}=1&`,
      `${key}+=1`,
    ])
      yield () => attemptOf(operation, `query ${query}`, { rawQuery: `${query}${rest}` });
    if (rest !== '') yield () => attemptOf(operation, `query ${name} missing`, { rawQuery: rest.slice(1) });
  }
}

const many = (count: number): string => Array.from({ length: count }, (_, i) => `p${i}=${i}`).join('&');
const fullText = (operation: Operation): string => (operation.base.body === undefined ? '{}' : attemptText(operation.base.body));

/** Whole bodies that are broken, too deep, of another type, in another coding. */
function* rawBodyCases(operation: Operation): Generator<Case> {
  const text = fullText(operation);
  const json = { 'Content-Type': 'application/json' };
  const bodies: readonly (readonly [string, Buffer, Readonly<Record<string, string>>])[] = [
    ...[
      '',
      ' ',
      '{',
      '}',
      '{"a"',
      '{"a":',
      '[1,',
      '"',
      '"\\',
      'nul',
      'NaN',
      '{a:1}',
      "{'a':1}",
      '{"a":01}',
      '{"a":1}}',
      '{"a":1}{"b":2}',
      '[,]',
      '{"a":\u0001}',
      '/* x */{}',
      '{"a":"\t"}',
      '{"a":"\\x"}',
      '{"a":"\\u12"}',
      '-',
      '1e',
      '\u0000',
      `${text},`,
      text.slice(0, -1),
    ].map((broken) => [`broken JSON ${shown(broken)}`, Buffer.from(broken), json] as const),
    [
      'invalid UTF-8',
      Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from(',"x":"'), Buffer.from([0xff, 0xc0, 0x80]), Buffer.from('"}')]),
      json,
    ],
    ['overlong UTF-8', Buffer.from([0x22, 0xc0, 0xaf, 0x22]), json],
    ['UTF-16', Buffer.from(`\ufeff${text}`, 'utf16le'), json],
    ['UTF-8 mark', Buffer.from(`\ufeff${text}`), json],
    ['two UTF-8 marks', Buffer.from(`\ufeff\ufeff${text}`), json],
    ['200,000 lists', Buffer.from('['.repeat(200_000)), json],
    ['200,000 closed lists', Buffer.from(`${'['.repeat(200_000)}${']'.repeat(200_000)}`), json],
    ['200,000 objects', Buffer.from('{"a":'.repeat(200_000)), json],
    ['200,000 quotes', Buffer.from('"\\'.repeat(200_000)), json],
    ['gzip', gzipSync(Buffer.alloc(5_000_000)), { ...json, 'Content-Encoding': 'gzip' }],
    ['codings', Buffer.from(text), { ...json, 'Content-Encoding': 'br, gzip, identity' }],
    ['charset utf-16', Buffer.from(text), { 'Content-Type': 'application/json; charset=utf-16' }],
    ['charset latin1', Buffer.from('{"a":"\u00e9"}', 'latin1'), { 'Content-Type': 'application/json; charset=iso-8859-1' }],
    ...[
      'text/plain',
      'text/html',
      'application/xml',
      'application/octet-stream',
      'application/jsonp',
      'a',
      '/',
      ';',
      'application/json, text/plain',
      'multipart/mixed; boundary=x',
      `application/json; ${'x=y; '.repeat(500)}`,
      'APPLICATION/JSON',
      'application/vnd.api+json',
    ].map((type) => [`Content-Type ${shown(type)}`, Buffer.from(text), { 'Content-Type': type }] as const),
    ['10,000 parameters of a form', Buffer.from(many(10_000)), { 'Content-Type': 'application/x-www-form-urlencoded' }],
    ['a form of %', Buffer.from('%=%&a=%ff&b=%00'), { 'Content-Type': 'application/x-www-form-urlencoded' }],
    ['a form of bytes', Buffer.from([0x61, 0x3d, 0xff, 0xfe, 0x00]), { 'Content-Type': 'application/x-www-form-urlencoded' }],
    [
      'a form of __proto__',
      Buffer.from('__proto__=1&__proto__[a]=1&constructor=2&toString=3'),
      { 'Content-Type': 'application/x-www-form-urlencoded' },
    ],
    ...multipartBodies(operation),
  ];
  for (const [name, bytes, headers] of bodies) yield () => attemptOf(operation, name, { bytes, headers });
  // Refused by its announced length: nothing of it is ever sent.
  yield () =>
    attemptOf(operation, 'announces 100 MB', {
      bytes: null,
      headers: { ...json, 'Content-Length': '104857600', Expect: '100-continue' },
    });
}

function multipartBodies(operation: Operation): readonly (readonly [string, Buffer, Readonly<Record<string, string>>])[] {
  const whole = multipartOf(operation.base.body ?? { a: 'b' });
  const type = { 'Content-Type': multipartType };
  const named = (name: string): string => `Content-Disposition: form-data; name="${name}"`;
  return [
    ['multipart', whole, type],
    ['multipart without boundary', whole, { 'Content-Type': 'multipart/form-data' }],
    ['multipart with an empty boundary', whole, { 'Content-Type': 'multipart/form-data; boundary=' }],
    ['multipart with a boundary of 5,000', whole, { 'Content-Type': `multipart/form-data; boundary=${'b'.repeat(5_000)}` }],
    ['multipart without end', partsOf([partOf(named('a'), 'b')], ''), type],
    ['multipart cut', whole.subarray(0, Math.floor(whole.length / 2)), type],
    ['multipart cut in a header', Buffer.from('--x-hostile-boundary\r\nContent-Dispo'), type],
    ['multipart of nothing', partsOf([]), type],
    ['multipart of garbage', Buffer.from([0, 255, 13, 10, 45, 45]), type],
    ['multipart with 10,000 parts', partsOf(Array.from({ length: 10_000 }, (_, i) => partOf(named(`p${i}`), ''))), type],
    ['multipart with a header of 100 kB', partsOf([partOf(`${named('a')}\r\nX-A: ${'a'.repeat(100_000)}`, 'b')]), type],
    ['multipart with 1,000 headers', partsOf([partOf(`${named('a')}${'\r\nX-A: b'.repeat(1_000)}`, 'b')]), type],
    ['multipart with a name of 100 kB', partsOf([partOf(named('a'.repeat(100_000)), 'b')]), type],
    ['multipart without names', partsOf([partOf('Content-Disposition: form-data', 'b'), partOf('X: y', 'c')]), type],
    [
      'multipart named __proto__',
      partsOf(['__proto__', '__proto__', 'constructor', 'toString', ''].map((name) => partOf(named(name), 'x'))),
      type,
    ],
    ['multipart with invalid UTF-8', partsOf([partOf(named('title'), Buffer.from([0xff, 0xfe]))]), type],
    [
      'multipart with odd file names',
      partsOf([
        partOf(`${named('file')}; filename="../../etc/pa\u0000sswd"\r\nContent-Type: ${'t/'.repeat(100)}`, 'x'),
        partOf(`${named('label')}; filename*=utf-8''%ff%fe`, 'y'),
      ]),
      type,
    ],
    ['multipart in base64', partsOf([partOf(`${named('title')}\r\nContent-Transfer-Encoding: base64`, '%%%')]), type],
    [
      'multipart nested',
      partsOf([partOf(`${named('a')}\r\nContent-Type: multipart/mixed; boundary=y`, '--y\r\n\r\nx\r\n--y--')]),
      type,
    ],
  ];
}

/** Texts as a form and as multipart, in every member at once. */
function* formCases(operation: Operation): Generator<Case> {
  const { body } = operation.base;
  if (!isMembers(body) || operation.path.startsWith('/api/')) return;
  for (const text of texts) {
    const all = Object.fromEntries(Object.keys(body).map((name) => [name, text]));
    const form = Object.keys(body)
      .map((name) => `${encodeURIComponent(name)}=${encodeURIComponent(text)}`)
      .join('&');
    if (operation.contentTypes.includes('application/x-www-form-urlencoded'))
      yield () =>
        attemptOf(operation, `form of ${shown(text)}`, {
          bytes: Buffer.from(form),
          headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        });
    yield () =>
      attemptOf(operation, `multipart of ${shown(text)}`, {
        bytes: multipartOf(all),
        headers: { 'Content-Type': multipartType },
      });
  }
}

/** Headers that change how a request is read, or what is answered. */
const headerSets: readonly Readonly<Record<string, string>>[] = [
  { Authorization: '' },
  { Authorization: 'Bearer' },
  { Authorization: 'Bearer ' },
  { Authorization: 'Bearer x' },
  { Authorization: `Bearer ${'a'.repeat(8_000)}` },
  { Authorization: 'Bearer eyJhbGciOiJub25lIn0.eyJpZCI6MX0.' },
  { Authorization: "Bearer ' or 1=1 --" },
  { Authorization: 'Basic YWRtaW46YWRtaW4=' },
  { Authorization: 'Bearer a, Bearer b' },
  { 'X-Ashlar-Debug': '1' },
  { 'X-Ashlar-Debug': 'hostile-admin-key' },
  { Cookie: 'a=b; '.repeat(2_000) },
  { 'X-Request-Id': '<script>' },
  { 'X-Forwarded-For': "127.0.0.1', '" },
  { 'X-Forwarded-Proto': 'javascript' },
  { 'X-Forwarded-Host': 'evil.example' },
  { Host: 'evil.example/"><script>' },
  { Host: '' },
  { Host: 'a b' },
  { 'X-HTTP-Method-Override': 'DELETE' },
  { 'Accept-Encoding': 'gzip;q=0, *;q=1' },
  { 'Accept-Encoding': `${'gzip;q=0.1,'.repeat(1_000)}` },
  { 'Accept-Encoding': 'gzip;q=NaN;q=, ;;,,br' },
  { Accept: 'text/html, */*;q=0' },
  { 'If-None-Match': '*' },
  { 'If-None-Match': `${'W/"a",'.repeat(2_000)}"` },
  { 'If-None-Match': '"""", W/' },
  { 'If-Match': '"a"' },
  { 'If-Modified-Since': 'yesterday' },
  { Range: 'bytes=0-0' },
  { Range: `bytes=${'0-1,'.repeat(2_000)}` },
  { Origin: 'null' },
  { Origin: 'http://evil.example\u00ff', 'Access-Control-Request-Method': 'x' },
  { 'Accept-Language': '../../../etc/passwd' },
  { TE: 'trailers, deflate' },
  { Expect: '200-ok' },
  { Expect: '100-continue' },
  { Upgrade: 'websocket', Connection: 'Upgrade' },
];

const methods = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'PURGE',
  'M-SEARCH',
  'LINK',
] as const;

/** The request as a whole: other methods, headers and addresses. */
function* requestCases(operation: Operation): Generator<Case> {
  for (const headers of headerSets) {
    const [[name = '', value = ''] = []] = Object.entries(headers);
    yield () => attemptOf(operation, `${name}: ${shown(value)}`, { headers });
  }
  const valid = attemptOf(operation, 'valid');
  const { Authorization: _key, ...bare } = valid.headers;
  yield () => ({ ...valid, name: `${operation.name}: nobody`, headers: bare });
  for (const method of methods)
    if (method !== operation.method)
      yield () => ({ ...valid, method, name: `${operation.name}: as ${method}`, body: null, headers: bare });
  const target = valid.target.split('?')[0] ?? '';
  for (const suffix of [
    '/',
    '//',
    '/.',
    '/..',
    '/../..',
    ';x=1',
    '.json',
    '%00',
    '%2e%2e',
    '/%2e%2e/%2e%2e',
    '?',
    '??',
    '?#',
    '\\',
    '/__proto__',
    '/constructor',
    "/'",
  ])
    yield () => ({ ...valid, target: `${target}${suffix}`, name: `${operation.name}: ${suffix}`, headers: bare });
  for (const [name, query] of [
    ['1,000 parameters', many(800)],
    ['10,000 parameters', Array.from({ length: 10_000 }, () => '&').join('')],
    ['a long query', `q=${'a'.repeat(9_000)}`],
    ['proto', '__proto__=1&constructor=2&toString[]=3&__proto__[a]=1'],
    ['broken', '%=%&%ff=%00'],
  ] as const)
    yield () => attemptOf(operation, name, { rawQuery: query });
}

/** Batteries of an operation, by name. */
export const batteries = {
  parameters: parameterCases,
  bodies: bodyCases,
  forms: formCases,
  raw: rawBodyCases,
  requests: requestCases,
} as const;
