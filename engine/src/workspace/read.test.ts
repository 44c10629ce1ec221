/** Folders as maps of files: what is read from good ones, and each mistake with its exact place. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Workspace } from '../model.ts';
import { Problems } from '../problems.ts';
import { Decimal } from '../values/decimal.ts';
import { limitsOf, readWorkspace } from './index.ts';

type Files = Readonly<Record<string, string>>;

const shop: Files = {
  'ashlar.jsonc':
    '{"$schema": "x", "name": "shop", "timezone": "Europe/Berlin", "per_page": 50, "limits": {"deadline_ms": 5000}}',
  'env.jsonc': '{"LOG_LEVEL": {"default": "info"}, "PAYMENT_KEY": {"secret": true}}',
  'env.local.jsonc': '{"PAYMENT_KEY": "x"}',
  'README.md': '# Shop',
  '.gitignore': 'env.local.jsonc',
  'tables/.keep': '',
  'tables/customer.jsonc': `{
    "auth": true,
    "columns": {
      "id": {"type": "uuid", "primary": true},
      "email": {"type": "email", "unique": true},
      "password": {"type": "password", "min": 8},
    }
  }`,
  'tables/order.jsonc': `{
    // One order of one customer
    "description": "An order",
    "columns": {
      "id": {"type": "int", "primary": true},
      "customer_id": {"references": "customer", "on_delete": "cascade"},
      "status": {"type": "enum", "values": ["open", "paid"], "default": "open"},
      "total": {"type": "decimal", "min": 0, "scale": 2, "default": 0.50},
      "note": "text?",
      "tags": {"type": "text[]", "default": []},
      "created_at": {"type": "timestamp", "default": "now"},
    },
    "indexes": [{"columns": ["customer_id", "created_at desc"]}, {"columns": ["tags"], "type": "gin"}, {"columns": ["note"], "type": "search"}],
  }`,
  'seeds/order.jsonl': '',
  'apis/shop/group.jsonc': '{"title": "Shop", "cors": {"origins": ["https://App.example.com:443"]}, "unknown_inputs": "refuse"}',
  'apis/shop/index.get.jsonc': '{"response": {"ok": true}}',
  'apis/shop/orders.get.jsonc': `{
    "auth": "customer",
    "input": {
      "status": {"type": "enum", "values": ["open", "paid"], "required": false},
      "page": {"type": "int", "default": 1, "min": 1},
      "x_trace": {"type": "text?", "in": "header"},
      "ids": {"type": "int[]?", "required": false}
    },
    "stack": [],
    "response": "{{ orders }}"
  }`,
  'apis/shop/orders/[id].patch.jsonc': `{
    "input": {"id": "int", "lines": {"type": "list", "items": {"type": "object", "fields": {"sku": "text", "count": {"type": "int", "min": 1}}}}},
    "unknown_inputs": "ignore",
    "stack": "stacks/patch.jsonc"
  }`,
  'apis/shop/orders/[id]/lines/[line_id].delete.jsonc': '{"stack": []}',
  'stacks/patch.jsonc': '[{"function": "return", "value": 1}]',
  'functions/pricing/total.jsonc': '{"input": {"lines": "json"}, "stack": [], "response": "{{ 1 }}"}',
  'tasks/nightly.jsonc': '{"schedule": "0 3 * * MON-FRI", "stack": []}',
  'tests/orders.test.jsonc': '{"endpoint": "GET /api:shop/orders", "cases": []}',
};

function read(files: Files): { workspace: Workspace; problems: Problems } {
  const all = new Problems();
  const workspace = readWorkspace(new Map(Object.entries(files)), all);
  // Every task has this warning; a test of its own looks at it.
  const problems = new Problems();
  problems.list.push(...all.list.filter((problem) => problem.code !== 'task_not_run'));
  return { workspace, problems };
}

test('a task is told that nothing runs it yet', () => {
  const problems = new Problems();
  readWorkspace(new Map(Object.entries(shop)), problems);
  expect(problems.list).toMatchObject([{ code: 'task_not_run', severity: 'warning', file: 'tasks/nightly.jsonc', line: 1 }]);
});

/** `file:line:column-column pointer code`, one a problem. */
function found(files: Files): readonly string[] {
  return read(files).problems.list.map(
    (one) =>
      `${one.file}:${one.line}:${one.column}-${one.endLine === one.line ? '' : `${one.endLine}:`}${one.endColumn} ${one.pointer} ${one.code}`,
  );
}

/** Problems of one file of an otherwise good shop: `line:column-column pointer code`. */
function foundIn(path: string, text: string, more: Files = {}): readonly string[] {
  return found({ ...shop, ...more, [path]: text }).map((one) => {
    expect(one.startsWith(`${path}:`), one).toBe(true);
    return one.slice(path.length + 1);
  });
}
/** The rest of a table after its key. */
const tableOf = (rest: string): string => `{"columns": {"id": {"type": "int", "primary": true}, ${rest}`;

/** Reads a good shop with one file more, in which «» stand around every place where a problem is shown; expects `pointer code`. */
function check(path: string, marked: string, expected: readonly string[]): void {
  const { list } = read({ ...shop, [path]: marked.replace(/[«»]/g, '') }).problems;
  expect(list.map((one) => `${one.pointer} ${one.code}`)).toEqual(expected);
  let shown = marked.replace(/[«»]/g, '');
  const places = new Map(list.map((one) => [one.column, one.endColumn]));
  for (const [from, to] of [...places].sort(([a], [b]) => b - a))
    shown = `${shown.slice(0, from - 1)}«${shown.slice(from - 1, to - 1)}»${shown.slice(to - 1)}`;
  expect(shown).toBe(marked);
  for (const one of list) expect([one.file, one.line, one.endLine]).toEqual([path, 1, 1]);
}

describe('a good workspace', () => {
  const { workspace, problems } = read(shop);

  test('has no problems', () => {
    expect(problems.list).toEqual([]);
  });

  test('has its settings, what it lowers among them', () => {
    expect(workspace.settings).toEqual({
      name: 'shop',
      description: '',
      timezone: 'Europe/Berlin',
      perPage: 50,
      maxRows: 10_000,
      decimals: 'number',
      limits: { deadline_ms: 5_000 },
    });
    expect(limitsOf(workspace.settings).deadlineMs).toBe(5_000);
    expect(limitsOf(workspace.settings, { ...limitsOf(workspace.settings), deadlineMs: 100 }).deadlineMs).toBe(100);
    expect([...workspace.env.values()]).toEqual([
      { name: 'LOG_LEVEL', description: '', secret: false, default: 'info' },
      { name: 'PAYMENT_KEY', description: '', secret: true },
    ]);
  });

  test('has its tables, references resolved', () => {
    const order = workspace.tables.get('order');
    expect([...(order?.columns.keys() ?? [])]).toEqual(['id', 'customer_id', 'status', 'total', 'note', 'tags', 'created_at']);
    expect(order?.key.name).toBe('id');
    expect(order?.columns.get('customer_id')).toMatchObject({
      type: 'uuid',
      references: { table: 'customer', onDelete: 'cascade' },
    });
    expect(order?.columns.get('status')).toMatchObject({
      values: ['open', 'paid'],
      default: { kind: 'constant', value: 'open' },
    });
    expect(order?.columns.get('note')).toMatchObject({ type: 'text', nullable: true });
    expect(order?.columns.get('tags')).toMatchObject({ type: 'list', items: 'text', default: { kind: 'constant', value: [] } });
    expect(order?.columns.get('created_at')?.default).toEqual({ kind: 'now' });
    const total = order?.columns.get('total')?.default;
    expect(total?.kind === 'constant' && total.value instanceof Decimal && total.value.toText()).toBe('0.50');
    expect(order?.indexes.map((index) => [index.type, index.columns, index.language])).toEqual([
      [
        'btree',
        [
          { column: 'customer_id', descending: false },
          { column: 'created_at', descending: true },
        ],
        undefined,
      ],
      ['gin', [{ column: 'tags', descending: false }], undefined],
      ['search', [{ column: 'note', descending: false }], 'simple'],
    ]);
    expect(workspace.seeds).toEqual([{ table: 'order', format: 'jsonl', path: 'seeds/order.jsonl' }]);
  });

  test('has its endpoints, each input with its place', () => {
    expect(workspace.endpoints.map((one) => `${one.method} ${one.pathText}`)).toEqual([
      'GET /',
      'GET /orders',
      'PATCH /orders/{id}',
      'DELETE /orders/{id}/lines/{line_id}',
    ]);
    const places = workspace.endpoints.map((one) =>
      [...one.inputs.values()].map((input) => `${input.name} ${input.type} ${input.in}`),
    );
    expect(places).toEqual([
      [],
      ['status enum query', 'page int query', 'x_trace text header', 'ids list query'],
      ['id int path', 'lines list body'],
      ['id text path', 'line_id text path'],
    ]);
    const [, orders, patch] = workspace.endpoints;
    expect(orders).toMatchObject({ group: 'shop', auth: ['customer'], authOptional: false, unknownInputs: 'refuse' });
    expect(orders?.inputs.get('page')).toMatchObject({ required: false, default: 1, min: 1 });
    expect(orders?.inputs.get('ids')).toMatchObject({ nullable: true, required: false, items: { type: 'int' } });
    expect(orders?.response?.kind).toBe('name');
    expect(patch?.unknownInputs).toBe('ignore');
    expect(patch?.stack.steps.span.source.path).toBe('stacks/patch.jsonc');
    expect(patch?.inputs.get('lines')?.items?.fields?.get('count')).toMatchObject({ type: 'int', min: 1, in: 'body' });
  });

  test('has its groups, functions and tasks', () => {
    expect(workspace.groups.get('shop')).toMatchObject({ path: 'shop', title: 'Shop', docs: true });
    expect(workspace.groups.get('shop')?.cors.origins).toEqual(['https://app.example.com']);
    expect([...workspace.functions.keys()]).toEqual(['pricing/total']);
    expect(workspace.tasks.get('nightly')).toMatchObject({ schedule: '0 3 * * MON-FRI', timezone: 'Europe/Berlin' });
  });
});

describe('a file', () => {
  test.each<[string, string, string | undefined]>([
    ['apis/shop/orders.gett.jsonc', 'gett is no method.', 'Did you mean get? (orders.get.jsonc)'],
    ['apis/shop/orders.GET.jsonc', 'GET is no method.', 'Did you mean get? (orders.get.jsonc)'],
    ['apis/shop/orders.options.jsonc', 'options is no method.', 'OPTIONS is answered by the server itself.'],
    ['apis/shop/orders.jsonc', 'the method is missing in its name.', 'Call it orders.get.jsonc, orders.post.jsonc …'],
    ['apis/shop/x/get.jsonc', 'the name before the method is missing.', 'Call it index.get.jsonc.'],
    [
      'apis/orders.get.jsonc',
      'endpoints stand in the folder of a group.',
      'Move it to apis/GROUP/orders.get.jsonc; the route is then /api:GROUP/…',
    ],
    ['tables/order.yaml', 'files in tables end in .jsonc or .json.', undefined],
    ['tables/old/x.jsonc', 'tables has no folders inside.', 'Move it to tables/x.jsonc.'],
    ['seeds/order.json', 'files in seeds end in .jsonl or .csv.', 'Write one row a line, and call it seeds/order.jsonl.'],
    ['functions/total.js', 'files in functions end in .jsonc or .json.', undefined],
    ['../x.jsonc', 'this is no path from the root of a workspace.', undefined],
  ])('%s is unknown: %s', (path, message, hint) => {
    const { list } = read({ ...shop, [path]: '{}' }).problems;
    expect(list).toMatchObject([
      { code: 'unknown_file', file: path, message: `${path}: ${message}`, ...(hint === undefined ? {} : { hint }) },
    ]);
  });

  test.each([
    ['table/order.jsonc', 'Did you mean tables/?'],
    ['api/shop/x.get.jsonc', 'Did you mean apis/?'],
    ['ashlar.json5', 'Did you mean ashlar.jsonc?'],
  ])('%s is not read, with a warning', (path, hint) => {
    const { problems } = read({ ...shop, [path]: '[]' });
    expect(problems.list).toMatchObject([{ code: 'misplaced_file', severity: 'warning', file: path, hint }]);
    expect(problems.failed).toBe(false);
  });

  test.each([
    'package.json',
    'docs/x.jsonc',
    'tables/README.md',
    'apis/LICENSE',
    'apis/shop/.DS_Store',
    '.vscode/settings.json',
    'notes.txt',
  ])('%s is none of our business', (path) => {
    expect(found({ ...shop, [path]: 'no {json' })).toEqual([]);
  });

  test('may be named like documentation', () => {
    const files = { 'tables/license.jsonc': tableOf('"a": "int"}}'), 'apis/shop/readme.get.jsonc': '{"stack": []}' };
    const { workspace, problems } = read({ ...shop, ...files });
    expect(problems.list).toEqual([]);
    expect(workspace.tables.has('license')).toBe(true);
    expect(workspace.endpoints.some((one) => one.pathText === '/readme')).toBe(true);
  });

  test('may be .json, but not beside .jsonc', () => {
    expect(found({ ...shop, 'tables/note.json': tableOf('"a": "text"}}') })).toEqual([]);
    expect(found({ ...shop, 'tables/order.json': tableOf('"a": "text"}}') })).toEqual(['tables/order.jsonc:1:1-2  file_twice']);
    expect(found({ ...shop, 'apis/shop/orders.get.json': '{"stack": []}' })).toEqual([
      'apis/shop/orders.get.jsonc:1:1-1  route_taken',
    ]);
  });

  test('named by a stack is a stack, wherever it stands', () => {
    const files = {
      ...shop,
      'apis/shop/steps.jsonc': '[]',
      'functions/steps.jsonc': '[]',
      'apis/shop/a.get.jsonc': '{"stack": "apis/shop/steps.jsonc"}',
    };
    expect(found(files)).toEqual(['functions/steps.jsonc:1:1-3  wrong_json_type']);
    expect(found({ ...files, 'apis/shop/b.get.jsonc': '{"stack": "/functions/steps.jsonc"}' })).toEqual([]);
  });

  test('of a workspace must be there: ashlar.jsonc', () => {
    expect(found({})).toEqual(['ashlar.jsonc:1:1-1  workspace_file_missing']);
  });
});

describe('a mistake in ashlar.jsonc, env.jsonc or group.jsonc', () => {
  test.each<[string, string, readonly string[]]>([
    ['ashlar.jsonc', '«{»}', [' missing_key']],
    ['ashlar.jsonc', '«[]»', [' wrong_json_type']],
    ['ashlar.jsonc', '{"name": «"Shop"»}', ['/name bad_name']],
    ['ashlar.jsonc', '{"name": «5», «"descripton"»: ""}', ['/descripton unknown_key', '/name wrong_json_type']],
    ['ashlar.jsonc', '{"name": "a", "timezone": «"Europe/Berln"»}', ['/timezone bad_timezone']],
    ['ashlar.jsonc', '{"name": "a", "timezone": «"+02:00"»}', ['/timezone bad_timezone']],
    ['ashlar.jsonc', '{"name": "a", "per_page": «1001»}', ['/per_page number_not_allowed']],
    ['ashlar.jsonc', '{"name": "a", "max_rows": «1.5»}', ['/max_rows number_not_allowed']],
    ['ashlar.jsonc', '{"name": "a", "decimals": «"texts"»}', ['/decimals value_not_allowed']],
    [
      'ashlar.jsonc',
      '{"name": "a", "limits": {"deadline_ms": «60000», «"step"»: 5, "steps": «0»}}',
      ['/limits/step unknown_key', '/limits/deadline_ms limit_raised', '/limits/steps number_not_allowed'],
    ],
    ['env.jsonc', '{«"log_level"»: {}}', ['/log_level bad_name']],
    ['env.jsonc', '{"KEY": {"secret": true, «"default"»: "x"}}', ['/KEY/default secret_default']],
    ['env.jsonc', '{"KEY": «"x"»}', ['/KEY wrong_json_type']],
    ['apis/shop/group.jsonc', '{"path": «"The Shop"»}', ['/path bad_name']],
    [
      'apis/shop/group.jsonc',
      '{"cors": {"origins": ["*", «"https://a.b/c"», «"*.x"»], "credentials": «true», "methods": [«"get"»]}}',
      [
        '/cors/methods/0 value_not_allowed',
        '/cors/origins/1 bad_origin',
        '/cors/origins/2 bad_origin',
        '/cors/credentials cors_credentials',
      ],
    ],
    ['apis/shop/group.jsonc', '{"cors": "*"}', []],
    ['apis/shop/group.jsonc', '{"cors": ["https://a.example.com", «5»]}', ['/cors/1 wrong_json_type']],
    ['apis/shop/group.jsonc', '{"cors": {"headers": ["*", «"X Y"»]}}', ['/cors/headers/1 bad_header']],
  ])('%s %s', (path, text, expected) => {
    check(path, text, expected);
  });

  test('names the nearest key', () => {
    const { list } = read({ ...shop, 'ashlar.jsonc': '{"name": "shop", "descripton": ""}' }).problems;
    expect(list).toMatchObject([{ message: 'ashlar.jsonc has no key "descripton".', hint: 'Did you mean description?' }]);
  });

  test('is two groups with one path', () => {
    const files = { 'apis/b/group.jsonc': '{"path": "shop"}', 'apis/b/x.get.jsonc': '{"stack": []}' };
    expect(found({ ...shop, ...files })).toEqual(['apis/shop/group.jsonc:1:1-2  group_path_taken']);
    expect(found({ ...shop, 'apis/My_Group/x.get.jsonc': '{"stack": []}' })).toEqual([
      'apis/My_Group/x.get.jsonc:1:1-1  bad_name',
    ]);
  });
});

describe('a mistake in a table', () => {
  test.each<[string, string, readonly string[]]>([
    ['no columns', '«{»}', [' missing_key']],
    ['no key', '{"columns": «{»"a": "text"}}', ['/columns no_primary_key']],
    ['a wrong key type', '{"columns": {«"a"»: {"type": "text", "primary": true}}}', ['/columns/a bad_primary_key']],
    ['two keys', tableOf('«"b"»: {"type": "int", "primary": true}}}'), ['/columns/b many_primary_keys']],
    ['a nullable key', '{"columns": {"id": {"type": «"int?"», "primary": true}}}', ['/columns/id/type misplaced_key']],
    [
      'a default of the key',
      '{"columns": {"id": {"type": "int", "primary": true, "default": «1»}}}',
      ['/columns/id/default bad_default'],
    ],
    ['an unknown type', tableOf('"b": «"string"»}}'), ['/columns/b bad_type']],
    ['suffixes in the wrong order', tableOf('"b": «"text?[]"»}}'), ['/columns/b bad_type']],
    ['no type', tableOf('"b": «{»"nullable": true}}}'), ['/columns/b missing_key']],
    ['an unknown key', tableOf('"b": {"type": "text", «"nulable"»: true}}}'), ['/columns/b/nulable unknown_key']],
    ['a wrong JSON type', tableOf('"b": {"type": "text", "nullable": «"yes"»}}}'), ['/columns/b/nullable wrong_json_type']],
    ['a uuid of a key', '{"columns": {"id": {"type": "uuid", "primary": true, "default": "uuid"}}}', []],
    [
      'items in their long form',
      tableOf('"b": {"type": "list", "items": {"type": "enum", "values": ["x"]}, "default": ["x"]}}}'),
      [],
    ],
    ['items of no type', tableOf('"b": {"type": "list", "items": «{»"values": ["x"]}}}}'), ['/columns/b/items missing_key']],
    ['a reference to a column', tableOf('"b": {"references": «"customer.id"»}}}'), ['/columns/b/references unknown_reference']],
    ['an enum without values', tableOf('"b": «"enum"»}}'), ['/columns/b missing_key']],
    ['an empty enum', tableOf('"b": {"type": "enum", "values": «[]»}}}'), ['/columns/b/values number_not_allowed']],
    ['a value twice', tableOf('"b": {"type": "enum", "values": ["x", «"x"»]}}}'), ['/columns/b/values/1 value_twice']],
    ['a list of nothing', tableOf('"b": «{»"type": "list"}}}'), ['/columns/b missing_key']],
    ['a list of passwords', tableOf('"b": «"password[]"»}}'), ['/columns/b bad_type']],
    ['values of a text', tableOf('"b": {"type": "text", «"values"»: ["x"]}}}'), ['/columns/b/values misplaced_key']],
    ['a scale of an int', tableOf('"b": {"type": "int", «"scale"»: 2}}}'), ['/columns/b/scale misplaced_key']],
    ['min above max', tableOf('"b": {"type": "int", "min": 5, "max": «4»}}}'), ['/columns/b/max min_above_max']],
    ['a fraction of a character', tableOf('"b": {"type": "text", "max": «1.5»}}}'), ['/columns/b/max number_not_allowed']],
    ['a default of another type', tableOf('"b": {"type": "int", "default": «"x"»}}}'), ['/columns/b/default bad_default']],
    ['a default below min', tableOf('"b": {"type": "int", "min": 1, "default": «0»}}}'), ['/columns/b/default bad_default']],
    [
      'a default of no enum',
      tableOf('"b": {"type": "enum", "values": ["x"], "default": «"y"»}}}'),
      ['/columns/b/default bad_default'],
    ],
    ['a default of null', tableOf('"b": {"type": "int", "default": «null»}}}'), ['/columns/b/default bad_default']],
    ['a default password', tableOf('"b": {"type": "password", "default": «"x"»}}}'), ['/columns/b/default bad_default']],
    ['now for a text is a text', tableOf('"b": {"type": "text", "default": "now"}}}'), []],
    ['uuid for an int', tableOf('"b": {"type": "int", "default": «"uuid"»}}}'), ['/columns/b/default bad_default']],
    ['a bad column name', tableOf('«"b c"»: "text"}}'), ['/columns/b c bad_name']],
    [
      'a long column name',
      tableOf('«"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"»: "text"}}'),
      ['/columns/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb bad_name'],
    ],
    ['a reserved column name', tableOf('«"xmin"»: "text"}}'), ['/columns/xmin reserved_name']],
    ['a column of ours', tableOf('«"ashlar_x"»: "text"}}'), ['/columns/ashlar_x reserved_name']],
    ['a reference to nothing', tableOf('"b": {"references": «"custmer"»}}}'), ['/columns/b/references unknown_reference']],
    [
      'a reference of another type',
      tableOf('"b": {"type": «"int"», "references": "customer"}}}'),
      ['/columns/b/type reference_type'],
    ],
    [
      'null on delete',
      tableOf('"b": {"references": "customer", "on_delete": «"set_null"»}}}'),
      ['/columns/b/on_delete on_delete_null'],
    ],
    ['on_delete alone', tableOf('"b": {"type": "int", «"on_delete"»: "cascade"}}}'), ['/columns/b/on_delete misplaced_key']],
    ['auth without columns', tableOf('"b": "int"}, "auth": «true»}'), ['/auth auth_columns', '/auth auth_columns']],
    [
      'an index of nothing',
      tableOf('"b": "int"}, "indexes": [{"columns": [«"c"»]}]}'),
      ['/indexes/0/columns/0 unknown_index_column'],
    ],
    ['an index with a minus', tableOf('"b": "int"}, "indexes": [{"columns": [«"-b"»]}]}'), ['/indexes/0/columns/0 bad_index']],
    ['an index without columns', tableOf('"b": "int"}, "indexes": [«{»}]}'), ['/indexes/0 missing_key']],
    [
      'a unique gin index',
      tableOf('"b": "int[]"}, "indexes": [{"columns": ["b"], "type": "gin", "unique": «true»}]}'),
      ['/indexes/0/unique bad_index'],
    ],
    [
      'a gin index of a text',
      tableOf('"b": "text"}, "indexes": [{"columns": [«"b"»], "type": "gin"}]}'),
      ['/indexes/0/columns/0 bad_index'],
    ],
    [
      'a search index of an int',
      tableOf('"b": "int"}, "indexes": [{"columns": [«"b"»], "type": "search"}]}'),
      ['/indexes/0/columns/0 bad_index'],
    ],
    [
      'a language of a btree',
      tableOf('"b": "int"}, "indexes": [{"columns": ["b"], "language": «"german"»}]}'),
      ['/indexes/0/language bad_index'],
    ],
    ['a rename to itself', tableOf('"b": {"type": "int", "was": «"b"»}}}'), ['/columns/b/was rename_collision']],
    ['a rename of what is there', tableOf('"b": {"type": "int", "was": «"id"»}}}'), ['/columns/b/was rename_collision']],
    [
      'two renames of one',
      tableOf('"b": {"type": "int", "was": "x"}, "c": {"type": "int", "was": «"x"»}}}'),
      ['/columns/c/was rename_collision'],
    ],
    ['a table renamed to one that is there', tableOf('"b": "int"}, "was": «"order"»}'), ['/was rename_collision']],
  ])('%s', (_title, text, expected) => {
    check('tables/thing.jsonc', text, expected);
  });

  test('is its name', () => {
    expect(foundIn('tables/my-table.jsonc', tableOf('"a": "int"}}'))).toEqual(['1:1-2  bad_name']);
    expect(foundIn('tables/pg_x.jsonc', tableOf('"a": "int"}}'))).toEqual(['1:1-2  reserved_name']);
  });

  test('is a seed without a table, or two of them', () => {
    expect(found({ ...shop, 'seeds/ordr.csv': '' })).toEqual(['seeds/ordr.csv:1:1-1  seed_table']);
    expect(found({ ...shop, 'seeds/order.csv': '' })).toEqual(['seeds/order.jsonl:1:1-1  file_twice']);
  });

  test('has hints in the words of other databases', () => {
    const { list } = read({ ...shop, 'tables/thing.jsonc': tableOf('"a": "string", "b": "varchar", "c": "text?[]"}}') }).problems;
    expect(list.map((one) => one.hint)).toEqual([
      'Did you mean text?',
      'Did you mean text?',
      'Suffixes are written in this order: text[]?',
    ]);
  });
});

describe('a mistake in an endpoint', () => {
  test.each<[string, string, string, readonly string[]]>([
    ['no stack', 'a.get', '«{»}', [' missing_key']],
    ['a stack of another type', 'a.get', '{"stack": «{}»}', ['/stack wrong_json_type']],
    ['a stack file that is not there', 'a.get', '{"stack": «"stacks/pach.jsonc"»}', ['/stack stack_file_missing']],
    ['a stack file without a list', 'a.get', '{"stack": «"ashlar.jsonc"»}', ['/stack stack_not_a_list']],
    ['an unknown key', 'a.get', '{«"inputs"»: {}, "stack": []}', ['/inputs unknown_key']],
    ['an unknown auth table', 'a.get', '{"auth": «"custmer"», "stack": []}', ['/auth unknown_auth_table']],
    ['an auth table of no auth', 'a.get', '{"auth": ["customer", «"order"»], "stack": []}', ['/auth/1 unknown_auth_table']],
    [
      'response and stream',
      'a.get',
      '{"stack": [], "response": 1, «"stream"»: {"as": "sse", "of": "{{ x }}"}}',
      ['/stream response_and_stream'],
    ],
    [
      'half a stream',
      'a.get',
      '{"stack": [], "stream": «{»"as": «"csv"»}}',
      ['/stream missing_key', '/stream/as value_not_allowed'],
    ],
    ['a body on GET', 'a.get', '{"input": {"a": {"type": "int", "in": «"body"»}}, "stack": []}', ['/input/a/in input_place']],
    [
      'a path that is none',
      'a.post',
      '{"input": {"a": {"type": "int", "in": «"path"»}}, "stack": []}',
      ['/input/a/in input_place'],
    ],
    [
      'a query for the path',
      '[a].get',
      '{"input": {"a": {"type": "int", "in": «"query"»}}, "stack": []}',
      ['/input/a/in input_place'],
    ],
    [
      'an optional path',
      '[a].get',
      '{"input": {"a": {"type": "int", «"required"»: false}}, "stack": []}',
      ['/input/a/required input_place'],
    ],
    ['a list in the path', '[a].get', '{"input": {«"a"»: "int[]"}, "stack": []}', ['/input/a input_place']],
    ['json in a header', 'a.get', '{"input": {«"a"»: {"type": "json", "in": "header"}}, "stack": []}', ['/input/a input_place']],
    ['a file in the query', 'a.get', '{"input": {«"a"»: "file"}, "stack": []}', ['/input/a input_place']],
    ['files in the body', 'a.post', '{"input": {"a": "file[]"}, "stack": []}', []],
    [
      'a file in an object',
      'a.post',
      '{"input": {«"a"»: {"type": "object", "fields": {"f": "file"}}}, "stack": []}',
      ['/input/a input_place'],
    ],
    [
      'in of a field',
      'a.post',
      '{"input": {"a": {"type": "object", "fields": {"f": {"type": "int", «"in"»: "query"}}}}, "stack": []}',
      ['/input/a/fields/f/in misplaced_key'],
    ],
    [
      'a default of an item',
      'a.post',
      '{"input": {"a": {"type": "list", "items": {"type": "int", «"default"»: 1}}}, "stack": []}',
      ['/input/a/items/default misplaced_key'],
    ],
    [
      'fields of a text',
      'a.post',
      '{"input": {"a": {"type": "text", «"fields"»: {}}}, "stack": []}',
      ['/input/a/fields misplaced_key'],
    ],
    ['an unknown type', 'a.post', '{"input": {"a": «"objct[]?"»}, "stack": []}', ['/input/a bad_type']],
    [
      'a default that is too small',
      'a.post',
      '{"input": {"a": {"type": "text", "min": 2, "default": «"x"»}}, "stack": []}',
      ['/input/a/default bad_default'],
    ],
    [
      'a default of null',
      'a.post',
      '{"input": {"a": {"type": "text", "default": «null»}}, "stack": []}',
      ['/input/a/default bad_default'],
    ],
    ['a default that may be null', 'a.post', '{"input": {"a": {"type": "text?", "default": null}}, "stack": []}', []],
    ['a bad input name', 'a.post', '{"input": {«"a b"»: "text"}, "stack": []}', ['/input/a b bad_name']],
    ['a bad segment', 'a b.get', '«{»"stack": []}', [' bad_segment']],
    ['braces', '{id}.get', '«{»"stack": []}', [' bad_segment']],
    ['half a parameter', 'x[id].get', '«{»"stack": []}', [' bad_segment']],
    ['one parameter twice', '[a]/[a].get', '«{»"stack": []}', [' parameter_twice']],
    ['the path of the document', 'openapi.json.get', '«»{"stack": []}', [' reserved_name']],
    ['a template that is broken', 'a.get', '{"stack": [], "response": "{{ 1 + «»}}"}', ['/response expression_expected']],
  ])('%s', (_title, name, text, expected) => {
    check(`apis/shop/${name}.jsonc`, text, expected);
  });

  test('is a route that another file has', () => {
    expect(foundIn('apis/shop/orders/index.get.jsonc', '{"stack": []}')).toEqual(['1:1-1  route_taken']);
    expect(foundIn('apis/shop/orders/[order_id]/x.get.jsonc', '{"stack": []}')).toEqual(['1:1-1  route_ambiguous']);
    expect(foundIn('apis/shop/orders/latest.patch.jsonc', '{"stack": []}')).toEqual([]);
  });
});

describe('a mistake in a function or task', () => {
  test.each<[string, string, readonly string[]]>([
    ['functions/f.jsonc', '{«"auth"»: "customer", "stack": []}', ['/auth unknown_key']],
    ['functions/f.jsonc', '{"input": {"a": {"type": "int", "in": «"query"»}}, "stack": []}', ['/input/a/in input_place']],
    ['functions/f.jsonc', '{"input": {«"a"»: "file"}, "stack": []}', ['/input/a input_place']],
    ['functions/f g.jsonc', '«{»"stack": []}', [' bad_name']],
    ['tasks/t.jsonc', '«{»"stack": []}', [' missing_key']],
    ['tasks/t.jsonc', '{"schedule": «"0 3 * *"», "stack": []}', ['/schedule bad_schedule']],
    ['tasks/t.jsonc', '{"schedule": "0 3 * * *", "timezone": «"Mars"», "stack": []}', ['/timezone bad_timezone']],
    ['tests/t.test.jsonc', '«[]»', [' wrong_json_type']],
  ])('%s %s', (path, text, expected) => {
    check(path, text, expected);
  });
});

describe('all problems', () => {
  test('of all files are found at once, and the model is as complete as it can be', () => {
    const { workspace, problems } = read({
      ...shop,
      'ashlar.jsonc': '{"name": 1}',
      'tables/order.jsonc': '{"columns": {"a": "txt", "b": {"type": "int", "references": "nothing"}}, "indexs": []}',
      'apis/shop/orders.get.jsonc': '{"auth": "ordr", "input": {"a": 1, "b": "int"}, "stack": 5}',
    });
    expect(problems.list.map((one) => one.code).sort()).toEqual([
      'bad_type',
      'no_primary_key',
      'unknown_auth_table',
      'unknown_key',
      'unknown_reference',
      'wrong_json_type',
      'wrong_json_type',
      'wrong_json_type',
    ]);
    expect(workspace.tables.size).toBe(2);
    expect(workspace.endpoints.find((one) => one.pathText === '/orders')?.inputs.has('b')).toBe(true);
  });

  test('is what comes of any folder: reading never throws', () => {
    const entries = Object.entries(shop);
    const junk = fc.constantFrom(
      '',
      '{',
      '[',
      '"',
      'null',
      '5',
      '{}',
      '[[[[',
      '{"columns": null}',
      '{"__proto__": {"type": "int"}}',
      '\u0000',
      '// x',
    );
    const mutation = fc.record({
      file: fc.nat(entries.length - 1),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      cut: fc.nat(12),
      put: junk,
    });
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
        const files: Record<string, string> = { ...shop };
        for (const { file, at, cut, put } of mutations) {
          const [path = '', text = ''] = entries[file] ?? [];
          const index = Math.floor(at * text.length);
          files[path] = text.slice(0, index) + put + text.slice(index + cut);
        }
        const { workspace, problems } = read(files);
        for (const table of workspace.tables.values()) expect(table.columns.get(table.key.name)).toBe(table.key);
        for (const one of problems.list) expect(one.line).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });

  test('is what comes of any JSON in any place', () => {
    const entries = Object.entries(shop).filter(([path]) => /\.jsonc$/.test(path));
    const keys = fc.constantFrom(
      'columns',
      'type',
      'items',
      'fields',
      'input',
      'default',
      'values',
      'stack',
      'id',
      '__proto__',
      'references',
      'min',
    );
    const { json } = fc.letrec((tie) => ({
      json: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom<unknown>(
          null,
          true,
          0,
          -1.5,
          1e300,
          '',
          'int',
          'text[]?',
          'enum',
          'list',
          'object',
          '{{ a|b:',
          'customer',
          'now',
        ),
        fc.array(tie('json'), { maxLength: 3 }),
        fc.dictionary(keys, tie('json'), { maxKeys: 5 }),
      ),
    }));
    fc.assert(
      fc.property(fc.nat(entries.length - 1), json, (file, value) => {
        read({ ...shop, [entries[file]?.[0] ?? '']: JSON.stringify(value) });
      }),
      { numRuns: 500 },
    );
  });
});
