/**
 * A workspace with an endpoint for every type of input in every place, and for every database function, filter family and
 * effect that what a request brings can reach. Its files are made here, because most of them differ in a name only.
 */

/** Types that stand alone in a path, a query or a header, each with a valid text. */
export const singleTypes: Readonly<Record<string, string>> = {
  text: 'plain',
  int: '7',
  bigint: '9007199254740995',
  decimal: '12.50',
  float: '1.5e3',
  bool: 'true',
  timestamp: '2024-05-06T07:08:09Z',
  date: '2024-05-06',
  uuid: '018f4e2a-7c1b-7d3e-9a55-0242ac120002',
  email: 'ada@example.com',
  enum: 'open',
};

interface Field {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** An input of the type. */
const field = (type: string, more: object = {}): Field => ({
  type,
  ...(type === 'enum' ? { values: ['open', 'paid'] } : {}),
  ...more,
});

function each(make: (type: string) => Field): Record<string, Field> {
  return Object.fromEntries(Object.keys(singleTypes).map((type) => [`${type}_value`, make(type)]));
}

const optional = (type: string): Field => field(type, { required: false });

const tables = {
  account: {
    auth: true,
    columns: {
      id: { type: 'int', primary: true },
      email: { type: 'email', unique: true },
      password: { type: 'password', nullable: true },
    },
  },
  thing: {
    columns: {
      id: { type: 'int', primary: true },
      code: { type: 'text', unique: true },
      title: 'text',
      note: 'text?',
      slug: { type: 'text', nullable: true, unique: true },
      count: { type: 'int', default: 0, min: -1000, max: 1000000 },
      large: { type: 'bigint', nullable: true },
      price: { type: 'decimal', scale: 2, nullable: true },
      free: { type: 'decimal', nullable: true },
      ratio: { type: 'float', nullable: true },
      active: { type: 'bool', default: true },
      at: { type: 'timestamp', default: 'now' },
      day: { type: 'date', nullable: true },
      ref: { type: 'uuid', nullable: true },
      email: { type: 'email', nullable: true },
      status: { type: 'enum', values: ['open', 'paid'], default: 'open' },
      data: { type: 'json', nullable: true },
      tags: { type: 'text[]', default: [] },
      numbers: { type: 'int[]', default: [] },
    },
    indexes: [
      { columns: ['title', 'note'], type: 'search' },
      { columns: ['tags'], type: 'gin' },
    ],
  },
  part: {
    columns: {
      id: { type: 'uuid', primary: true },
      thing_id: { references: 'thing', on_delete: 'cascade' },
      name: { type: 'text', min: 1, max: 200 },
    },
  },
};

/** Inputs that fill a thing. */
const thingInputs = {
  code: { type: 'text', min: 1, max: 100 },
  title: 'text',
  note: { type: 'text', nullable: true, required: false },
  slug: { type: 'text', nullable: true, required: false },
  count: { type: 'int', required: false },
  large: { type: 'bigint', required: false },
  price: { type: 'decimal', required: false },
  free: { type: 'decimal', required: false },
  ratio: { type: 'float', required: false },
  active: { type: 'bool', required: false },
  at: { type: 'timestamp', required: false },
  day: { type: 'date', required: false },
  ref: { type: 'uuid', required: false },
  email: { type: 'email', required: false },
  status: field('enum', { required: false }),
  data: { type: 'json', required: false },
  tags: { type: 'text[]', required: false },
  numbers: { type: 'int[]', required: false },
};

const names = Object.keys(thingInputs);
const picked = `{{ input|pick:[${names.map((name) => `'${name}'`).join(', ')}] }}`;
const written = Object.fromEntries(names.map((name) => [name, `{{ input.${name} }}`]));

type Endpoint = { readonly input?: object; readonly stack?: readonly object[]; readonly [key: string]: unknown };

/** Inputs echoed: what was understood leaves as it came. */
const echo = (input: object, more: object = {}): Endpoint => ({ input, response: '{{ input }}', ...more });

const typed: Record<string, Endpoint> = {
  ...Object.fromEntries(
    Object.keys(singleTypes).map((type) => [
      `path-${type}/[value].get`,
      echo({ value: field(type) }, { response: '{{ input }}' }),
    ]),
  ),
  'path/[first]/then/[second].get': echo({ first: 'text', second: 'int' }),
  'query.get': echo({
    ...each(optional),
    texts: { type: 'text[]', required: false, max: 500 },
    ints: { type: 'int[]', required: false },
    bounded: { type: 'int', min: 1, max: 10, default: 3 },
    short: { type: 'text', min: 2, max: 5, required: false },
    maybe: { type: 'int', nullable: true, required: false },
  }),
  'query-wanted.delete': echo(each((type) => field(type))),
  'header.get': echo(each((type) => field(type, { in: 'header', required: false }))),
  'header-wanted.post': echo({ text_value: field('text', { in: 'header' }), int_value: field('int', { in: 'header' }) }),
  'body.post': echo({
    ...each(optional),
    texts: { type: 'text[]', required: false },
    dates: { type: 'date[]', required: false },
    open: { type: 'json', required: false },
    any: { type: 'object', required: false },
    address: {
      type: 'object',
      required: false,
      fields: {
        street: 'text',
        zip: { type: 'int', required: false },
        geo: { type: 'object', fields: { lat: 'float', lon: 'float' } },
      },
    },
    lines: {
      type: 'list',
      required: false,
      max: 100,
      items: { type: 'object', fields: { product: 'int', count: { type: 'int', min: 1 }, price: 'decimal' } },
    },
    grid: { type: 'list', required: false, items: { type: 'int[]' } },
    secret: { type: 'password', required: false, min: 4 },
    maybe: { type: 'text', nullable: true, required: false },
  }),
  'strict.put': echo(
    each((type) => field(type)),
    { unknown_inputs: 'refuse' },
  ),
  'file.post': {
    input: {
      file: { type: 'file', max: 100_000 },
      files: { type: 'file[]', required: false },
      label: { type: 'text', required: false },
    },
    response: {
      name: '{{ input.file.name }}',
      type: '{{ input.file.type }}',
      size: '{{ input.file.size }}',
      label: '{{ input.label }}',
    },
  },
  'request.post': {
    response: {
      query: '{{ request.query }}',
      body: '{{ request.body }}',
      headers: '{{ request.headers }}',
      path: '{{ request.path }}',
    },
  },
};

const where = (condition: string): object[] => [
  {
    function: 'query_records',
    table: 'thing',
    where: condition,
    sort: ['id'],
    limit: 5,
    output: ['id', 'code', 'title'],
    return_as: 'found',
  },
];
const found = (input: object, condition: string): Endpoint => ({ input, stack: where(condition), response: '{{ found }}' });

const database: Record<string, Endpoint> = {
  'things.post': {
    input: thingInputs,
    stack: [
      {
        function: 'transaction',
        stack: [
          {
            function: 'add_record',
            table: 'thing',
            data: { code: '{{ input.code }}', title: '{{ input.title }}', note: '{{ input.note }}', data: '{{ input.data }}' },
            return_as: 'thing',
          },
          { function: 'patch_record', table: 'thing', id: '{{ thing.id }}', data: picked, return_as: 'thing' },
        ],
      },
      { function: 'set_status', status: 201 },
    ],
    response: '{{ thing }}',
  },
  'things/once.post': {
    input: thingInputs,
    stack: [
      {
        function: 'transaction',
        stack: [
          {
            function: 'add_record',
            table: 'thing',
            data: { code: '{{ input.code }}', title: '{{ input.title }}' },
            return_as: 'thing',
          },
          { function: 'add_record', table: 'part', data: { thing_id: '{{ thing.id }}', name: '{{ input.note }}' } },
          { function: 'patch_record', table: 'thing', id: '{{ thing.id }}', data: picked, return_as: 'thing' },
        ],
      },
    ],
    response: '{{ thing }}',
  },
  'things.get': {
    input: {
      status: field('enum', { required: false }),
      title: optional('text'),
      count: optional('int'),
      large: optional('bigint'),
      price: optional('decimal'),
      ratio: optional('float'),
      at: optional('timestamp'),
      day: optional('date'),
      ref: optional('uuid'),
      email: optional('email'),
      tag: optional('text'),
      ids: { type: 'int[]', required: false },
      page: { type: 'int', default: 1, min: 1 },
      per_page: { type: 'int', default: 3, min: 1, max: 50 },
    },
    stack: [
      {
        function: 'query_records',
        table: 'thing',
        where:
          '{{ db.thing.status ==? input.status && db.thing.title ==? input.title && db.thing.count >=? input.count && db.thing.large ==? input.large && db.thing.price <=? input.price && db.thing.ratio >=? input.ratio && db.thing.at >=? input.at && db.thing.day ==? input.day && db.thing.ref ==? input.ref && db.thing.email ==? input.email && db.thing.tags contains? input.tag && db.thing.id in? input.ids }}',
        sort: ['-at'],
        page: '{{ input.page }}',
        per_page: '{{ input.per_page }}',
        totals: true,
        with: { parts: { table: 'part', where: '{{ db.part.thing_id == db.thing.id }}', limit: 2 } },
        return_as: 'page',
      },
    ],
    response: '{{ page }}',
  },
  'things/cursor.get': {
    input: { cursor: { type: 'text', nullable: true, required: false }, status: field('enum', { required: false }) },
    stack: [
      {
        function: 'query_records',
        table: 'thing',
        where: '{{ db.thing.status ==? input.status }}',
        sort: ['-at', 'title'],
        cursor: '{{ input.cursor }}',
        per_page: 2,
        output: ['id'],
        return_as: 'page',
      },
    ],
    response: '{{ page }}',
  },
  'things/[id].get': {
    input: { id: 'int' },
    stack: [{ function: 'get_record', table: 'thing', id: '{{ input.id }}', return_as: 'thing' }],
    response: '{{ thing }}',
  },
  'things/[id].put': {
    input: { id: 'int', ...thingInputs, code: { type: 'text', required: false } },
    stack: [
      {
        function: 'edit_record',
        table: 'thing',
        id: '{{ input.id }}',
        data: { title: '{{ input.title }}', note: '{{ input.note }}', data: '{{ input.data }}' },
        return_as: 'thing',
      },
    ],
    response: '{{ thing }}',
  },
  'things/[id].patch': {
    input: {
      id: 'int',
      ...Object.fromEntries(
        Object.entries(thingInputs).map(([name, value]) => [
          name,
          typeof value === 'string' ? { type: value, required: false } : { ...value, required: false },
        ]),
      ),
    },
    stack: [{ function: 'patch_record', table: 'thing', id: '{{ input.id }}', data: picked, return_as: 'thing' }],
    response: '{{ thing }}',
  },
  'things/[id].delete': {
    input: { id: 'int' },
    stack: [{ function: 'delete_record', table: 'thing', id: '{{ input.id }}', return_as: 'thing' }],
    response: '{{ thing.id }}',
  },
  'things/any/[id].patch': {
    input: { id: 'int', data: 'object' },
    stack: [{ function: 'patch_record', table: 'thing', id: '{{ input.id }}', data: '{{ input.data }}', return_as: 'thing' }],
    response: '{{ thing }}',
  },
  'things/upsert.put': {
    input: thingInputs,
    stack: [
      {
        function: 'add_or_edit_record',
        table: 'thing',
        key: ['code'],
        data: {
          ...written,
          count: '{{ input.count ?? 0 }}',
          active: '{{ input.active ?? true }}',
          at: '{{ input.at ?? now }}',
          status: "{{ input.status ?? 'open' }}",
          tags: '{{ input.tags ?? [] }}',
          numbers: '{{ input.numbers ?? [] }}',
        },
        return_as: 'thing',
      },
    ],
    response: '{{ thing }}',
  },
  'things/by.get': {
    input: { code: 'text' },
    stack: [
      { function: 'has_record', table: 'thing', where: '{{ db.thing.code == input.code }}', return_as: 'there' },
      {
        function: 'get_record',
        table: 'thing',
        where: '{{ db.thing.code == input.code }}',
        output: ['id', 'code'],
        return_as: 'thing',
      },
    ],
    response: ['{{ there }}', '{{ thing }}'],
  },
  'things/by.delete': {
    input: { code: 'text' },
    stack: [{ function: 'delete_record', table: 'thing', where: '{{ db.thing.code == input.code }}', return_as: 'gone' }],
    response: '{{ gone.id }}',
  },
  'find/like.get': found({ q: 'text' }, '{{ db.thing.title like input.q || db.thing.note ilike input.q }}'),
  'find/contains.get': found({ q: 'text' }, '{{ db.thing.title contains input.q || db.thing.tags contains input.q }}'),
  'find/search.get': found({ q: 'text' }, '{{ db.thing.title search input.q }}'),
  'find/between.get': found(
    { from: 'decimal', to: 'decimal' },
    '{{ db.thing.price between [input.from, input.to] || db.thing.free + input.from > input.to }}',
  ),
  'find/json.post': found({ data: 'json' }, '{{ db.thing.data contains input.data || db.thing.data == input.data }}'),
  'find/lists.post': found(
    { texts: 'text[]', ints: 'int[]', decimals: 'decimal[]', dates: 'date[]', uuids: 'uuid[]', times: 'timestamp[]' },
    '{{ db.thing.tags overlaps input.texts || db.thing.numbers overlaps input.ints || db.thing.price in input.decimals || db.thing.day in input.dates || db.thing.ref in input.uuids || db.thing.at in input.times }}',
  ),
  'find/arithmetic.get': found(
    { n: 'int', d: 'decimal', f: 'float' },
    '{{ db.thing.count * input.n > input.d && db.thing.ratio * input.f < 10 || db.thing.count / input.d > 1 }}',
  ),
  'group.get': {
    input: { least: 'int' },
    stack: [
      {
        function: 'query_records',
        table: 'thing',
        where: '{{ db.thing.count >= input.least }}',
        group_by: ['status'],
        aggregate: { n: '{{ db.thing|count }}', price: '{{ db.thing.price|sum }}' },
        return_as: 'groups',
      },
    ],
    response: '{{ groups }}',
  },
  'direct.post': {
    input: {
      text: 'text',
      int: 'int',
      decimal: 'decimal',
      time: 'timestamp',
      day: 'date',
      uuid: 'uuid',
      texts: 'text[]',
      data: 'json',
    },
    stack: [
      {
        function: 'direct_query',
        sql: 'select $1::text as text, $2::int8 as int, $3::numeric as decimal, $4::timestamptz as time, $5::date as day, $6::uuid as uuid, $7::text[] as texts, $8::jsonb as data',
        params: [
          '{{ input.text }}',
          '{{ input.int }}',
          '{{ input.decimal }}',
          '{{ input.time }}',
          '{{ input.day }}',
          '{{ input.uuid }}',
          '{{ input.texts }}',
          '{{ input.data }}',
        ],
        single: true,
        return_as: 'row',
      },
    ],
    response: '{{ row }}',
  },
  'direct/any.post': {
    input: { value: 'json' },
    stack: [
      {
        function: 'direct_query',
        sql: 'select id, code from thing where title = $1 or note like $1 limit 3',
        params: ['{{ input.value }}'],
        return_as: 'rows',
      },
    ],
    response: '{{ rows }}',
  },
  'direct/number.post': {
    input: { value: 'json' },
    stack: [
      {
        function: 'direct_query',
        sql: 'select id, code from thing where count = $1::int4 limit 3',
        params: ['{{ input.value }}'],
        return_as: 'rows',
      },
    ],
    response: '{{ rows }}',
  },
  'direct/write.post': {
    input: { title: 'text', code: 'text' },
    stack: [
      {
        function: 'direct_query',
        write: true,
        sql: 'update thing set title = $1 where code = $2 returning id, title',
        params: ['{{ input.title }}', '{{ input.code }}'],
        return_as: 'rows',
      },
    ],
    response: '{{ rows }}',
  },
  'stream/lines.get': {
    input: { q: optional('text') },
    stack: where('{{ db.thing.title ==? input.q }}'),
    stream: { as: 'ndjson', of: '{{ found }}' },
  },
  'stream/events.get': {
    input: { q: optional('text') },
    stack: where('{{ db.thing.title ==? input.q }}'),
    stream: { as: 'sse', of: '{{ found }}' },
  },
};

const run = (name: string, value: string): object => ({ function: 'create_variable', name, value });

const language: Record<string, Endpoint> = {
  'filters/text.post': {
    input: { a: 'text', b: 'text', n: 'int', m: 'int' },
    response: {
      split: '{{ input.a|split:input.b|count }}',
      replace: '{{ input.a|replace:input.b:input.a }}',
      substr: '{{ input.a|substr:input.n:input.m }}',
      trim: '{{ input.a|trim:input.b }}',
      upper: '{{ input.a|to_upper }}',
      lower: '{{ input.a|to_lower }}',
      length: '{{ input.a|strlen }}',
      has: '{{ input.a|contains:input.b }}',
      hash: '{{ input.a|sha256 }}',
      base: '{{ input.a|base64_encode }}',
      joined: '{{ input.a ~ input.b }}',
      more: '{{ input.a < input.b }}',
    },
  },
  'filters/convert.post': {
    input: { value: 'json' },
    response: {
      text: '{{ input.value|to_text }}',
      json: '{{ input.value|json_encode }}',
      array: '{{ input.value|safe_array|count }}',
      truth: '{{ !input.value }}',
    },
  },
  'filters/int.post': { input: { value: 'json' }, response: '{{ input.value|to_int }}' },
  'filters/decimal.post': { input: { value: 'json' }, response: '{{ input.value|to_decimal }}' },
  'filters/decode.post': { input: { value: 'text' }, response: '{{ input.value|json_decode }}' },
  'filters/path.post': {
    input: { value: 'json', path: 'text' },
    response: { got: '{{ input.value|get:input.path }}', set: '{{ input.value|set:input.path:1 }}' },
  },
  'filters/names.post': {
    input: { value: 'object', names: 'text[]' },
    response: ['{{ input.value|pick:input.names }}', '{{ input.value|unpick:input.names }}', '{{ input.value|keys }}'],
  },
  'filters/list.post': {
    input: { values: { type: 'list', items: 'json' }, path: 'text' },
    response: {
      unique: '{{ input.values|unique:input.path }}',
      nulls: '{{ input.values|filter_null }}',
      first: '{{ input.values|first }}',
      joined: '{{ input.values|join:input.path }}',
      same: '{{ input.values == input.values }}',
      in: '{{ input.path in input.values }}',
    },
  },
  'filters/sort.post': {
    input: { values: { type: 'list', items: 'json' }, path: 'text' },
    response: '{{ input.values|sort:input.path }}',
  },
  'filters/sums.post': {
    input: { values: { type: 'list', items: 'json' } },
    response: {
      sum: '{{ input.values|sum }}',
      avg: '{{ input.values|avg }}',
      min: '{{ input.values|min }}',
      max: '{{ input.values|max }}',
    },
  },
  'filters/numbers.post': {
    input: { a: 'decimal', b: 'decimal', f: 'float', n: 'int', m: 'int' },
    response: {
      plus: '{{ input.a + input.b }}',
      minus: '{{ input.a - input.b }}',
      times: '{{ input.a * input.b }}',
      over: '{{ input.a / input.b }}',
      rest: '{{ input.a % input.b }}',
      float: '{{ input.f * input.f }}',
      ints: '{{ input.n * input.m }}',
      mixed: '{{ input.f + input.n }}',
    },
  },
  'filters/round.post': { input: { a: 'decimal', digits: 'int' }, response: '{{ input.a|round:input.digits }}' },
  'filters/time.post': {
    input: { at: 'timestamp', format: 'text', zone: 'text', seconds: 'decimal' },
    response: {
      text: '{{ input.at|format_timestamp:input.format:input.zone }}',
      later: '{{ input.at|add_secs_to_timestamp:input.seconds }}',
    },
  },
  'filters/operators.post': {
    input: { a: 'json', b: 'json' },
    response: {
      equal: '{{ input.a == input.b }}',
      or: '{{ input.a || input.b }}',
      nullish: '{{ input.a ?? input.b }}',
      member: '{{ input.a.constructor }}',
      proto: '{{ input.a.__proto__ }}',
      length: '{{ input.a.length }}',
      index: '{{ input.a[input.b] }}',
    },
  },
  'filters/add.post': { input: { a: 'json', b: 'json' }, response: '{{ input.a + input.b }}' },
  'filters/compare.post': { input: { a: 'json', b: 'json' }, response: '{{ input.a < input.b }}' },
  'filters/like.post': {
    input: { a: 'text', b: 'text' },
    response: ['{{ input.a like input.b }}', '{{ input.a ilike input.b }}'],
  },
  'steps/loop.post': {
    input: { times: { type: 'int', min: 0 } },
    stack: [
      run('i', '{{ 0 }}'),
      {
        function: 'while',
        condition: '{{ i < input.times }}',
        stack: [{ function: 'update_variable', name: 'i', value: '{{ i + 1 }}' }],
      },
    ],
    response: '{{ i }}',
  },
  'steps/range.post': {
    input: { from: 'int', to: 'int', step: 'int' },
    stack: [
      run('n', '{{ 0 }}'),
      {
        function: 'for_each',
        range: { from: '{{ input.from }}', to: '{{ input.to }}', step: '{{ input.step }}' },
        stack: [{ function: 'update_variable', name: 'n', value: '{{ n + 1 }}' }],
      },
    ],
    response: '{{ n }}',
  },
  'steps/object.post': {
    input: { value: 'object', key: 'json' },
    stack: [
      run('seen', '{{ [] }}'),
      {
        function: 'for_each',
        object: '{{ input.value }}',
        stack: [{ function: 'update_variable', name: 'seen', value: '{{ seen|push:key }}' }],
      },
      run('copy', '{{ input.value }}'),
      { function: 'update_variable', name: 'copy[input.key]', value: 1 },
    ],
    response: ['{{ seen }}', '{{ copy }}'],
  },
  'steps/throw.post': {
    input: { value: 'json', message: 'text' },
    stack: [{ function: 'throw_error', code: 'wanted', message: '{{ input.message }}', status: 422, data: '{{ input.value }}' }],
  },
  'steps/caught.post': {
    input: { value: 'json' },
    stack: [
      { function: 'try_catch', try: [run('x', '{{ input.value + 1 }}')], catch: [{ function: 'return', value: '{{ error }}' }] },
    ],
    response: 'fine',
  },
  'steps/header.post': {
    input: { name: 'text', value: 'text' },
    stack: [{ function: 'set_header', name: '{{ input.name }}', value: '{{ input.value }}' }],
    response: 'set',
  },
  'steps/status.post': {
    input: { status: 'json' },
    stack: [{ function: 'set_status', status: '{{ input.status }}' }],
    response: 'set',
  },
  'steps/cache.post': {
    input: { key: 'text', value: 'json', ttl: { type: 'int', default: 5 } },
    stack: [
      { function: 'cache_set', key: '{{ input.key }}', value: '{{ input.value }}', ttl_s: '{{ input.ttl }}' },
      { function: 'cache_get', key: '{{ input.key }}', return_as: 'kept' },
    ],
    response: '{{ kept }}',
  },
  'steps/token.post': {
    input: { id: 'json', expires: { type: 'int', default: 60 }, extras: { type: 'object', required: false } },
    stack: [
      {
        function: 'create_auth_token',
        table: 'account',
        id: '{{ input.id }}',
        expires_s: '{{ input.expires }}',
        extras: '{{ input.extras }}',
        return_as: 'token',
      },
    ],
    response: '{{ token|strlen }}',
  },
  'steps/random.post': {
    input: { min: 'int', max: 'int', bytes: 'int', length: 'int', alphabet: 'text' },
    stack: [
      { function: 'random', min: '{{ input.min }}', max: '{{ input.max }}', return_as: 'a' },
      { function: 'random', bytes: '{{ input.bytes }}', return_as: 'b' },
      { function: 'random', text: { length: '{{ input.length }}', alphabet: '{{ input.alphabet }}' }, return_as: 'c' },
    ],
    response: '{{ c|strlen }}',
  },
  'steps/fetch.post': {
    input: {
      url: 'text',
      method: { type: 'text', default: 'GET' },
      headers: { type: 'object', required: false },
      query: { type: 'object', required: false },
      timeout: { type: 'int', default: 200 },
    },
    stack: [
      {
        function: 'external_api_request',
        url: '{{ input.url }}',
        method: '{{ input.method }}',
        headers: '{{ input.headers ?? {} }}',
        query: '{{ input.query ?? {} }}',
        timeout_ms: '{{ input.timeout }}',
        return_as: 'answer',
      },
    ],
    response: '{{ answer.body }}',
  },
  'steps/log.post': {
    input: { data: 'json' },
    stack: [
      { function: 'log_debug_info', data: '{{ input.data }}' },
      { function: 'post_process', stack: [{ function: 'log_debug_info', data: '{{ input.data }}' }] },
    ],
    response: 'logged',
  },
  'steps/sleep.post': {
    input: { duration: 'json' },
    stack: [{ function: 'sleep', duration_ms: '{{ input.duration }}' }],
    response: 'awake',
  },
  'steps/function.post': {
    input: { value: 'json', n: 'json' },
    stack: [
      { function: 'run_function', name: 'deep', input: { value: '{{ input.value }}', n: '{{ input.n }}' }, return_as: 'result' },
    ],
    response: '{{ result }}',
  },
  'steps/parallel.post': {
    input: { value: 'json' },
    stack: [
      {
        function: 'parallel',
        branches: {
          a: [{ function: 'has_record', table: 'thing', where: '{{ db.thing.code == input.value }}', return_as: 'x' }],
          b: [run('y', '{{ input.value|to_text }}')],
        },
        return_as: 'both',
      },
    ],
    response: '{{ both }}',
  },
  'steps/alert.post': {
    input: { kind: 'text', data: 'json' },
    stack: [{ function: 'trigger_performance_alert', alert_type: '{{ input.kind }}', data: '{{ input.data }}' }],
    response: 'sent',
  },
  'account/sign-up.post': {
    input: { email: 'email', password: { type: 'password', min: 4 } },
    stack: [
      {
        function: 'add_record',
        table: 'account',
        data: { email: '{{ input.email }}', password: '{{ input.password }}' },
        return_as: 'account',
      },
      { function: 'create_auth_token', table: 'account', id: '{{ account.id }}', return_as: 'token' },
    ],
    response: '{{ token }}',
  },
  'account/check.post': {
    input: { password: 'text', hash: 'text' },
    stack: [{ function: 'check_password', password: '{{ input.password }}', hash: '{{ input.hash }}', return_as: 'right' }],
    response: '{{ right }}',
  },
  'account/me.get': {
    auth: 'account',
    input: {},
    stack: [{ function: 'get_record', table: 'account', id: '{{ auth.id }}', return_as: 'me' }],
    response: '{{ me }}',
  },
};

const functions = {
  deep: {
    input: { value: { type: 'json', required: false }, n: 'int' },
    stack: [
      {
        function: 'conditional',
        condition: '{{ input.n <= 0 }}',
        true_branch: [{ function: 'return', value: '{{ input.value }}' }],
      },
      {
        function: 'run_function',
        name: 'deep',
        input: { value: '{{ input.value }}', n: '{{ input.n - 1 }}' },
        return_as: 'below',
      },
      { function: 'return', value: '{{ below }}' },
    ],
  },
};

/** Rows that the endpoints find. */
const seeds = [1, 2, 3, 4, 5, 6].map((n) =>
  JSON.stringify({
    id: n,
    code: `c${n}`,
    title: `title ${n}`,
    note: n % 2 ? null : 'noted',
    price: n * 1.25,
    free: '0.1',
    ratio: n / 2,
    data: { n },
    tags: ['red', `t${n}`],
    numbers: [n],
    at: '2024-05-06T07:08:09Z',
  }),
);

/** Name of the workspace and of its group. */
export const workspaceName = 'hostile';

/** Its files by path. */
export function workspaceFiles(): Readonly<Record<string, string>> {
  const text = (value: unknown): string => JSON.stringify(value, null, 1);
  const endpoints = Object.entries({ ...typed, ...database, ...language });
  return Object.fromEntries([
    ['ashlar.jsonc', text({ name: workspaceName, limits: { deadline_ms: 5_000 } })],
    ['env.jsonc', text({ CANARY: { secret: true } })],
    [`apis/${workspaceName}/group.jsonc`, text({ title: 'Hostile', cors: '*' })],
    ...Object.entries(tables).map(([name, table]) => [`tables/${name}.jsonc`, text(table)]),
    ...Object.entries(functions).map(([name, one]) => [`functions/${name}.jsonc`, text(one)]),
    ...endpoints.map(([route, endpoint]) => [`apis/${workspaceName}/${route}.jsonc`, text({ stack: [], ...endpoint })]),
    ['seeds/thing.jsonl', `${seeds.join('\n')}\n`],
  ]);
}
