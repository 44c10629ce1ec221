import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HostileClient } from './client.ts';
import { faultsOf } from './judge.ts';
import { sampled } from './sampled.ts';
import { texts } from './values.ts';
import { adminKey, smallWorkspace, startWorld, type World } from './world.ts';

let world: World;
let client: HostileClient;
beforeAll(async () => {
  world = await startWorld({ examples: false });
  client = new HostileClient(world.port);
}, 60_000);
afterAll(async () => {
  client?.close();
  await world?.stop();
}, 30_000);

/** What was wrong with answers. */
const faults: string[] = [];

/** Publishes the small workspace with other files beside its own; the answer is judged. */
async function publish(name: string, files: Readonly<Record<string, string>>, call: 'plan' | 'publish' = 'publish') {
  const attempt = {
    name,
    method: 'POST',
    target: `/api/workspaces/pub/environments/dev/${call}`,
    headers: { Authorization: `Bearer ${adminKey}`, 'Content-Type': 'application/json' },
    body: Buffer.from(JSON.stringify({ files: { ...smallWorkspace, ...files }, drops: [] })),
  };
  const reply = await client.send(attempt);
  for (const fault of faultsOf(attempt, reply, world.secrets)) faults.push(`${name} ${fault} ${reply.text.slice(0, 300)}`);
  return reply.status;
}

const table = (columns: string): string => `{"columns": {"id": {"type": "int", "primary": true}${columns}}}`;
const endpoint = (stack: unknown, more: object = {}): string => JSON.stringify({ stack, ...more });
const names = [
  ...texts.filter((text) => text.length < 300),
  'select',
  'user',
  'ctid',
  'tableoid',
  'xmin',
  'a"b',
  'a""; drop schema public cascade; --',
  'pg_class',
  'x'.repeat(63),
  'x'.repeat(64),
];

describe('a workspace with hostile files', () => {
  const longText = 'a'.repeat(500_000);
  const cases: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ...[
      '__proto__',
      'constructor',
      '../x',
      '/etc/passwd',
      'a\\b',
      'tables/',
      'tables/../../x.jsonc',
      'tables/a\u0000.jsonc',
      'apis//x.get.jsonc',
      'apis/a/../../b.get.jsonc',
      `apis/${'a/'.repeat(500)}b.get.jsonc`,
      '',
      '.',
      'env.local.jsonc',
      'CON',
      'tables/\ud800.jsonc',
    ].map((path) => [`at the path ${path.slice(0, 40)}`, { [path]: '{}' }] as const),
    ...[
      '',
      '\u0000',
      '\ud800',
      '[',
      '{',
      'null',
      '[]',
      '1e400',
      '{"a":1,"a":2}',
      '{"__proto__":{}}',
      '{"columns":{"__proto__":"int"}}',
      '/*',
      '//',
      '['.repeat(100_000),
      '{"a":'.repeat(100_000),
      `"${longText}`,
      `{"${longText}": 1}`,
      '{"columns": null}',
      '{"columns": []}',
      '{"columns": {"id": null}}',
    ].flatMap((text) =>
      [
        'tables/note.jsonc',
        'ashlar.jsonc',
        'env.jsonc',
        'apis/pub/notes.get.jsonc',
        'apis/pub/group.jsonc',
        'functions/f.jsonc',
        'seeds/note.jsonl',
        'seeds/note.csv',
        'tasks/t.jsonc',
        'tests/t.test.jsonc',
      ].map((path) => [`${path} of ${text.slice(0, 30)}`, { [path]: text }] as const),
    ),
    ...names.flatMap((name) => [
      [`a table ${name}`, { [`tables/${name}.jsonc`]: table('') }] as const,
      [`a column ${name}`, { 'tables/odd.jsonc': table(`, ${JSON.stringify(name)}: "text"`) }] as const,
      [
        `an input ${name}`,
        { 'apis/pub/odd.post.jsonc': endpoint([], { input: { [name]: 'text' }, response: '{{ input }}' }) },
      ] as const,
      [`a variable ${name}`, { 'apis/pub/odd.get.jsonc': endpoint([{ function: 'create_variable', name, value: 1 }]) }] as const,
      [
        `a function ${name}`,
        { 'apis/pub/odd.get.jsonc': endpoint([{ function: name }]), [`functions/${name}.jsonc`]: endpoint([]) },
      ] as const,
      [`an expression ${name}`, { 'apis/pub/odd.get.jsonc': endpoint([], { response: `{{ ${name} }}` }) }] as const,
      [
        `a condition ${name}`,
        {
          'apis/pub/odd.get.jsonc': endpoint([
            {
              function: 'query_records',
              table: 'note',
              where: `{{ db.note.text == ${JSON.stringify(name)} || db.note.${name} }}`,
              sort: [name],
              output: [name],
              return_as: 'r',
            },
          ]),
        },
      ] as const,
      [
        `SQL ${name}`,
        { 'apis/pub/odd.get.jsonc': endpoint([{ function: 'direct_query', sql: name, params: [], return_as: 'r' }]) },
      ] as const,
      [
        `a default ${name}`,
        { 'tables/odd.jsonc': table(`, "c": {"type": "text", "default": ${JSON.stringify(name)}}`) },
      ] as const,
      [
        `an enum of ${name}`,
        { 'tables/odd.jsonc': table(`, "c": {"type": "enum", "values": [${JSON.stringify(name)}, "b"]}`) },
      ] as const,
      [
        `a seed ${name}`,
        { 'tables/odd.jsonc': table(', "c": "text"'), 'seeds/odd.jsonl': JSON.stringify({ id: 1, c: name }) },
      ] as const,
    ]),
    ['a long expression', { 'apis/pub/odd.get.jsonc': endpoint([], { response: `{{ ${'1 + '.repeat(50_000)}1 }}` }) }],
    [
      'deep brackets',
      { 'apis/pub/odd.get.jsonc': endpoint([], { response: `{{ ${'('.repeat(20_000)}1${')'.repeat(20_000)} }}` }) },
    ],
    ['deep negations', { 'apis/pub/odd.get.jsonc': endpoint([], { response: `{{ ${'!'.repeat(20_000)}true }}` }) }],
    ['many templates', { 'apis/pub/odd.get.jsonc': endpoint([], { response: '{{ 1 }}'.repeat(20_000) }) }],
    [
      'deep steps',
      { 'apis/pub/odd.get.jsonc': `{"stack": ${'[{"function": "group", "stack": '.repeat(150)}[]${'}]'.repeat(150)}}` },
    ],
    [
      'many steps',
      {
        'apis/pub/odd.get.jsonc': endpoint(
          Array.from({ length: 2_000 }, () => ({ function: 'create_variable', name: 'a', value: 1 })),
        ),
      },
    ],
    [
      'a circle of functions',
      {
        'functions/f.jsonc': endpoint([{ function: 'run_function', name: 'g' }]),
        'functions/g.jsonc': endpoint([{ function: 'run_function', name: 'f' }]),
      },
    ],
    ['many files', Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`functions/f${i}.jsonc`, endpoint([])]))],
    ['many columns', { 'tables/odd.jsonc': table(Array.from({ length: 2_000 }, (_, i) => `, "c${i}": "int?"`).join('')) }],
  ];

  it('is planned or refused', { timeout: 300_000 }, async () => {
    const before = await world.watch.state();
    const counted = new Map<number, number>();
    for (const [name, files] of sampled(cases, 3)) {
      const status = await publish(name, files, 'plan');
      counted.set(status, (counted.get(status) ?? 0) + 1);
    }
    expect(faults).toEqual([]);
    expect(await world.watch.stray(before, null)).toEqual([]);
    console.log(`hostile workspaces planned, by status: ${JSON.stringify(Object.fromEntries(counted))}`);
  });

  it('that may be published is put in force, and its documents can be read', { timeout: 300_000 }, async () => {
    const safe = names.filter((name) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)).slice(0, 12);
    const columns = safe.map(
      (name) =>
        `, ${JSON.stringify(`c_${name}`)}: {"type": "enum", "values": ${JSON.stringify(names.slice(1, 40))}, "default": ${JSON.stringify(names[3])}}`,
    );
    const odd = {
      'tables/odd.jsonc': table(columns.join('')),
      'apis/pub/odd.get.jsonc': endpoint([{ function: 'add_record', table: 'odd', data: {}, return_as: 'row' }], {
        response: '{{ row }}',
      }),
    };
    expect(await publish('names of every kind', odd)).toBe(201);
    const answer = await fetch(`${world.url}/api:pub/odd`);
    expect(await answer.json()).toMatchObject({ [`c_${safe[0]}`]: names[3] });
    for (const path of ['/openapi.json', '/api:pub/openapi.json', '/api:pub/docs', '/'])
      expect((await fetch(`${world.url}${path}`)).status).toBe(200);
  });
});
