/** A workspace of a thousand endpoints over twenty tables: ten kinds of endpoints, as people write them. */

const endpointCount = 1_000;
const tableCount = 20;

type File = readonly [path: string, content: object];

function tableFile(n: number): File {
  const columns = {
    id: { type: 'int', primary: true },
    name: 'text',
    status: { type: 'enum', values: ['open', 'paid', 'shipped', 'cancelled'], default: 'open' },
    amount: { type: 'decimal', scale: 2 },
    quantity: 'int',
    note: 'text?',
    created_at: { type: 'timestamp', default: 'now' },
    ...(n === 0 ? {} : { parent_id: { references: `thing_${n - 1}` } }),
  };
  return [`tables/thing_${n}.jsonc`, { columns, indexes: [{ columns: ['status', 'created_at desc'] }] }];
}

/** What a write is given; the first table has no parent. */
function dataOf(table: number): Record<string, string> {
  const parent = table === 0 ? {} : { parent_id: '{{ input.parent_id }}' };
  return { name: '{{ input.name }}', amount: '{{ input.amount }}', quantity: '{{ input.quantity }}', ...parent };
}

const writeInput = {
  name: { type: 'text', min: 1, max: 200 },
  amount: { type: 'decimal', min: 0 },
  quantity: { type: 'int', min: 0 },
  parent_id: 'int',
};

const found = (name: string): object => ({
  function: 'precondition',
  condition: `{{ ${name} != null }}`,
  code: 'unknown_thing',
  message: `There is no ${name} {{ input.id }}.`,
  status: 404,
});

const kinds: readonly ((table: number) => File)[] = [
  (table) => [
    '[id].get',
    {
      input: { id: 'int' },
      stack: [{ function: 'get_record', table: `thing_${table}`, id: '{{ input.id }}', return_as: 'thing' }, found('thing')],
      response: '{{ thing }}',
    },
  ],
  (table) => [
    'index.get',
    {
      input: {
        status: { type: 'text', required: false },
        least: { type: 'decimal', required: false },
        page: { type: 'int', default: 1, min: 1 },
      },
      stack: [
        {
          function: 'query_records',
          table: `thing_${table}`,
          where: `{{ db.thing_${table}.status ==? input.status && db.thing_${table}.amount >=? input.least }}`,
          sort: ['-created_at'],
          page: '{{ input.page }}',
          per_page: 20,
          totals: true,
          return_as: 'things',
        },
      ],
      response: '{{ things }}',
    },
  ],
  (table) => [
    'index.post',
    {
      input: writeInput,
      stack: [
        { function: 'precondition', condition: '{{ input.amount * input.quantity <= 1000000 }}', code: 'too_much', status: 422 },
        { function: 'add_record', table: `thing_${table}`, data: dataOf(table), return_as: 'thing' },
        { function: 'set_status', status: 201 },
      ],
      response: '{{ thing }}',
    },
  ],
  (table) => [
    '[id].patch',
    {
      input: { id: 'int', name: { type: 'text', required: false }, note: { type: 'text', nullable: true, required: false } },
      stack: [
        {
          function: 'patch_record',
          table: `thing_${table}`,
          id: '{{ input.id }}',
          data: "{{ input|pick:['name', 'note'] }}",
          return_as: 'thing',
        },
      ],
      response: '{{ thing }}',
    },
  ],
  (table) => [
    '[id].delete',
    {
      input: { id: 'int' },
      stack: [{ function: 'delete_record', table: `thing_${table}`, id: '{{ input.id }}', return_as: 'thing' }],
      response: '{{ thing }}',
    },
  ],
  (table) => [
    '[id]/children.get',
    {
      input: { id: 'int' },
      stack: [
        {
          function: 'query_records',
          table: `thing_${table}`,
          where: `{{ db.thing_${table}.id == input.id }}`,
          limit: 20,
          ...(table === tableCount - 1
            ? {}
            : {
                with: {
                  children: {
                    table: `thing_${table + 1}`,
                    where: `{{ db.thing_${table + 1}.parent_id == db.thing_${table}.id }}`,
                    sort: ['-created_at'],
                    limit: 5,
                  },
                },
              }),
          return_as: 'things',
        },
      ],
      response: "{{ {'things': things, 'count': things|count} }}",
    },
  ],
  (table) => [
    'statistics.get',
    {
      input: { since: 'timestamp' },
      stack: [
        {
          function: 'query_records',
          table: `thing_${table}`,
          where: `{{ db.thing_${table}.created_at >= input.since }}`,
          group_by: ['status'],
          aggregate: { number: `{{ db.thing_${table}|count }}`, amount: `{{ db.thing_${table}.amount|sum }}` },
          sort: ['status'],
          return_as: 'groups',
        },
        { function: 'create_variable', name: 'all', value: '{{ groups|map:item.number|sum }}' },
      ],
      response: { groups: '{{ groups }}', all: '{{ all }}' },
    },
  ],
  (table) => [
    '[id]/move.post',
    {
      input: { id: 'int', quantity: { type: 'int', min: 1, max: 100 } },
      stack: [
        {
          function: 'transaction',
          stack: [
            { function: 'get_record', table: `thing_${table}`, id: '{{ input.id }}', lock: 'update', return_as: 'thing' },
            found('thing'),
            {
              function: 'conditional',
              condition: '{{ thing.quantity >= input.quantity }}',
              true_branch: [
                {
                  function: 'edit_record',
                  table: `thing_${table}`,
                  id: '{{ thing.id }}',
                  data: { quantity: '{{ thing.quantity - input.quantity }}' },
                  return_as: 'moved',
                },
              ],
              false_branch: [{ function: 'throw_error', code: 'too_few', message: 'There are too few.', status: 409 }],
            },
          ],
        },
      ],
      response: '{{ moved }}',
    },
  ],
  () => [
    'quote.post',
    {
      input: { lines: { type: 'list', max: 100, items: { type: 'object', fields: { price: 'decimal', quantity: 'int' } } } },
      stack: [
        { function: 'create_variable', name: 'total', value: 0 },
        {
          function: 'for_each',
          list: '{{ input.lines }}',
          as: 'line',
          stack: [{ function: 'update_variable', name: 'total', value: '{{ total + line.price * line.quantity }}' }],
        },
        { function: 'run_function', name: 'shipping', input: { total: '{{ total }}' }, return_as: 'shipping' },
      ],
      response: { total: '{{ total }}', shipping: '{{ shipping }}', sum: '{{ total + shipping }}' },
    },
  ],
  (table) => [
    'labels.get',
    {
      input: { prefix: 'text' },
      stack: [
        {
          function: 'query_records',
          table: `thing_${table}`,
          where: `{{ db.thing_${table}.name contains input.prefix && db.thing_${table}.status != 'cancelled' }}`,
          output: ['id', 'name'],
          limit: 10,
          return_as: 'things',
        },
      ],
      response: "{{ things|map:{'id': item.id, 'label': item.name ~ ' (' ~ item.id ~ ')'} }}",
    },
  ],
];

const shipping: File = [
  'functions/shipping.jsonc',
  {
    input: { total: 'decimal' },
    stack: [
      { function: 'create_variable', name: 'price', value: 490 },
      {
        function: 'conditional',
        condition: '{{ input.total >= 5000 }}',
        true_branch: [{ function: 'update_variable', name: 'price', value: 0 }],
      },
      { function: 'return', value: '{{ price }}' },
    ],
  },
];

/** The files, by path. */
export function largeWorkspace(): ReadonlyMap<string, string> {
  const files: File[] = [['ashlar.jsonc', { name: 'large' }], shipping];
  for (let table = 0; table < tableCount; table += 1) files.push(tableFile(table));
  for (let n = 0; n < endpointCount; n += 1) {
    const table = n % tableCount;
    const turn = Math.floor(n / tableCount);
    const [path, content] = kinds[turn % kinds.length]?.(table) ?? shipping;
    const version = Math.floor(turn / kinds.length) + 1;
    // No two of them are the same, so that nothing is gained by knowing one already.
    const described = { description: `Number ${n + 1} of ${endpointCount}`, ...content };
    files.push([`apis/things-${table}/v${version}/${path}.jsonc`, described]);
  }
  return new Map(files.map(([path, content]) => [path, `${JSON.stringify(content, null, 2)}\n`]));
}
