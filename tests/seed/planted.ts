/** Endpoints with faults planted in them, each beside a near miss that has none. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const seedFolder = join(import.meta.dirname, '../../examples/seed');
const stackOf = (name: string): string => readFileSync(join(seedFolder, 'stacks', name), 'utf8');

const endpoint = (stack: unknown, more: object = {}): string => JSON.stringify({ response: 'done', ...more, stack });
const loop = (turns: number, ...stack: readonly object[]): object => ({
  function: 'for_each',
  range: { from: 1, to: turns },
  as: 'n',
  stack,
});
const readOne = { function: 'get_record', table: 'note', id: '{{ n }}', return_as: 'one' };
const list = (more: object): object => ({ function: 'query_records', table: 'note', ...more, return_as: 'rows' });
const outbound = (path: string, more: object = {}): object => ({
  function: 'external_api_request',
  url: `{{ env.OTHER_SERVER ~ "${path}" }}`,
  ...more,
  return_as: 'answer',
});
/** A call's own time limit. */
const limited = { timeout_ms: 5_000 };
/** A page of two with its total and nested rows: three statements for one step. */
const fullPage = list({
  page: 1,
  per_page: 2,
  totals: true,
  with: { same: { table: 'note', where: '{{ db.note.id == parent.id }}', output: ['id'] } },
});

/** How many rows the table gets. */
export const rowCount = 600;

/** The workspace `planted`: its endpoints, by the path under which they are served. */
export function plantedFiles(otherServer: string): Readonly<Record<string, string>> {
  return {
    'ashlar.jsonc': '{"name": "planted"}',
    'env.jsonc': JSON.stringify({
      OTHER_SERVER: { default: otherServer },
      DEBUG_MODE: { default: 'true' },
      PROFILING_ENABLED: { default: 'true' },
      NODE_ENV: { default: 'x' },
      LOG_LEVEL: { default: 'x' },
    }),
    'tables/note.jsonc': '{"columns": {"id": {"type": "int", "primary": true}, "text": "text"}}',
    'functions/notes/one.jsonc': JSON.stringify({
      input: { n: 'int' },
      stack: [{ ...readOne, id: '{{ input.n }}', description: 'planted' }],
    }),
    'functions/notes/later.jsonc': JSON.stringify({ stack: [{ function: 'post_process', stack: [loop(11, readOne)] }] }),
    // Faults.
    'apis/planted/loop-after-in-function.get.jsonc': endpoint([{ function: 'run_function', name: 'notes/later' }]),
    'apis/planted/loop.get.jsonc': endpoint([loop(25, readOne)]),
    'apis/planted/loop-in-function.get.jsonc': endpoint([
      loop(12, { function: 'run_function', name: 'notes/one', input: { n: '{{ n }}' } }),
    ]),
    'apis/planted/loop-after.get.jsonc': endpoint([{ function: 'post_process', stack: [loop(15, readOne)] }]),
    'apis/planted/unbounded.get.jsonc': endpoint([list({})]),
    'apis/planted/unbounded-sql.get.jsonc': endpoint([
      { function: 'direct_query', sql: 'select id from note', return_as: 'rows' },
    ]),
    'apis/planted/unlimited-call.get.jsonc': endpoint([outbound('/slow')]),
    'apis/planted/calls-in-turn.get.jsonc': endpoint([
      outbound('/late?a', limited),
      { ...outbound('/late?b', limited), return_as: 'b' },
    ]),
    // Near misses.
    'apis/clean/calls-at-once.get.jsonc': endpoint([
      { function: 'parallel', branches: { a: [outbound('/late?a', limited)], b: [outbound('/late?b', limited)] } },
    ]),
    'apis/clean/second-needs-first.get.jsonc': endpoint([
      outbound('/late?a', limited),
      { ...outbound('/late?b', { ...limited, headers: { 'x-from': '{{ answer.status|to_text }}' } }), return_as: 'b' },
    ]),
    'apis/clean/posts-in-turn.get.jsonc': endpoint([
      outbound('/late?a', { ...limited, method: 'POST' }),
      { ...outbound('/late?b', { ...limited, method: 'POST' }), return_as: 'b' },
    ]),
    'apis/clean/one-late-one-quick.get.jsonc': endpoint([
      outbound('/late', limited),
      { ...outbound('/quick', limited), return_as: 'b' },
    ]),
    'apis/clean/loop-of-nine.get.jsonc': endpoint([loop(9, readOne)]),
    'apis/clean/loop-of-pages.get.jsonc': endpoint([loop(9, fullPage)]),
    'apis/clean/ten-steps.get.jsonc': endpoint(Array.from({ length: 10 }, (_, n) => ({ ...readOne, id: n + 1 }))),
    'apis/clean/keys-in-list.get.jsonc': endpoint([list({ where: '{{ db.note.id in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] }}' })]),
    'apis/clean/sleep-in-loop.get.jsonc': endpoint([loop(20, { function: 'sleep', duration_ms: 1 })]),
    'apis/clean/limit.get.jsonc': endpoint([list({ limit: rowCount })]),
    'apis/clean/page.get.jsonc': endpoint([list({ page: 1, per_page: rowCount })]),
    'apis/clean/cursor.get.jsonc': endpoint([list({ cursor: null, per_page: rowCount })]),
    'apis/clean/short-list.get.jsonc': endpoint([list({ where: '{{ db.note.id < 500 }}' })]),
    'apis/clean/limit-in-sql.get.jsonc': endpoint([
      { function: 'direct_query', sql: `select id from note limit ${rowCount}`, return_as: 'rows' },
    ]),
    'apis/clean/limited-call.get.jsonc': endpoint([outbound('/slow', { timeout_ms: 5_000 })]),
    'apis/clean/quick-call.get.jsonc': endpoint([outbound('/quick')]),
    // Tools.
    'apis/tool/fill.post.jsonc': endpoint([
      {
        function: 'direct_query',
        sql: `insert into note (text) select 'note ' || n from generate_series(1, ${rowCount}) n`,
        write: true,
        return_as: 'filled',
      },
    ]),
    'apis/tool/sessions.get.jsonc': endpoint(
      [
        {
          function: 'direct_query',
          sql: 'select count(*) as n from pg_stat_activity where datid is not null',
          return_as: 'sessions',
        },
      ],
      { response: '{{ sessions }}' },
    ),
    'apis/tool/figures.get.jsonc': endpoint([{ function: 'get_system_metrics', return_as: 'figures' }], {
      response: '{{ figures }}',
    }),
    'apis/tool/read.get.jsonc': endpoint([{ function: 'cache_get', key: 'k', return_as: 'kept' }], { response: '{{ kept }}' }),
    'apis/tool/keep.post.jsonc': endpoint([{ function: 'cache_set', key: 'k', value: 7 }]),
    'apis/tool/fails.get.jsonc': endpoint([{ function: 'throw_error', code: 'planted', message: 'planted', status: 503 }]),
    'apis/tool/refuses.get.jsonc': endpoint([{ function: 'throw_error', code: 'planted', message: 'planted', status: 404 }]),
    'apis/tool/takes.get.jsonc': endpoint([{ function: 'sleep', duration_ms: 300 }]),
    'apis/tool/profile.get.jsonc': endpoint(
      [
        { function: 'start_performance_profiling', profile_id: 'p', return_as: 'session' },
        { function: 'transaction', stack: [{ function: 'add_record', table: 'note', data: { text: 'x' }, return_as: 'added' }] },
        { function: 'run_function', name: 'notes/one', input: { n: 1 } },
        { function: 'end_performance_profiling', profile_id: 'p', return_as: 'report' },
      ],
      { response: '{{ report }}' },
    ),
    'apis/tool/telltale.post.jsonc': endpoint([
      {
        function: 'trigger_performance_alert',
        alert_type: 'telltale',
        data: { headers: '{{ request.headers }}', text: '{{ "sent " ~ request.headers.authorization }}' },
      },
    ]),
    'apis/tool/advice.get.jsonc': endpoint(
      [
        { function: 'analyze_slow_endpoints', limit: 100, return_as: 'analysis' },
        { function: 'suggest_optimizations', analysis: '{{ analysis }}', return_as: 'advice' },
        { function: 'suggest_optimizations', analysis: [], return_as: 'none' },
      ],
      { response: { analysis: '{{ analysis }}', advice: '{{ advice }}', none: '{{ none }}' } },
    ),
    // The document's stacks, served from here too.
    'stacks/report.jsonc': stackOf('performance-report.jsonc'),
    'apis/tool/report.get.jsonc': endpoint('stacks/report.jsonc', {
      response: {
        report: '{{ performance_report }}',
        analysis: '{{ slow_endpoint_analysis }}',
        advice: '{{ optimization_suggestions }}',
      },
    }),
  };
}
