/** The control API's calls on health and alerts. */
import { Type } from 'typebox';
import type { Postgres } from '../../base/postgres/index.ts';
import { type AnyCall, defineCall } from '../../control/define.ts';
import { listAlerts } from './alerts.ts';
import { plainMetrics } from './metrics.ts';
import type { Telemetry } from './telemetry.ts';

const maybeNumber = Type.Union([Type.Number(), Type.Null()]);
const maybeText = Type.Union([Type.String(), Type.Null()]);

const health = Type.Object({
  status: Type.Union([Type.Literal('ok'), Type.Literal('database_unavailable')]),
  node: Type.String(),
  uptime_s: Type.Integer({ description: 'Seconds since this node started.' }),
  cpu_usage: Type.Number({ description: 'Per cent of the available processors over the last second.' }),
  memory_usage: Type.Number({ description: "Per cent of the container's limit, else of the machine's memory." }),
  disk_usage: Type.Union([Type.Number(), Type.Null()], { description: 'Per cent of the file system of the data folder.' }),
  event_loop_delay_ms: Type.Number(),
  db_connections: maybeNumber,
  database_connections: Type.Union([Type.Integer(), Type.Null()], {
    description: 'Connections to the database server, of all clients.',
  }),
  node_database_connections: Type.Integer({ description: 'Connections of this node.' }),
  database_response_time: Type.Union([Type.Number(), Type.Null()], {
    description: 'Milliseconds of a small query; null while it is away.',
  }),
  avg_response_time: Type.Number({ description: 'Milliseconds, mean over the last 60 s.' }),
  requests_per_minute: Type.Integer({ description: 'Answers in the last 60 s.' }),
  error_rate: Type.Number({ description: 'Per cent of answers of 500 and above in the last 60 s.' }),
  cache_hit_ratio: Type.Number({ description: '0 to 1 since the start; 0 before the first read.' }),
});

const alert = Type.Object({
  id: Type.String(),
  alert_type: Type.String(),
  severity: Type.String(),
  workspace: maybeText,
  environment: maybeText,
  endpoint: maybeText,
  data: Type.Unknown(),
  created_at: Type.String({ format: 'date-time' }),
});

/** The calls of telemetry. */
export function telemetryCalls(telemetry: Telemetry, postgres: Postgres): readonly AnyCall[] {
  return [
    defineCall({
      method: 'GET',
      path: '/api/system/health',
      id: 'getSystemHealth',
      summary: 'Figures of this node and its database',
      permission: 'admin',
      answer: health,
      handler: async () => {
        const figures = await telemetry.system();
        const status: 'ok' | 'database_unavailable' = figures.databaseResponseMs === null ? 'database_unavailable' : 'ok';
        return { body: { status, ...plainMetrics(figures) } };
      },
    }),
    defineCall({
      method: 'GET',
      path: '/api/alerts',
      id: 'listAlerts',
      summary: 'Alerts, newest first',
      permission: 'admin',
      paged: true,
      query: Type.Object({ alert_type: Type.Optional(Type.String({ maxLength: 100 })) }),
      answer: Type.Array(alert),
      errors: ['bad_cursor'],
      handler: async ({ query }) => {
        const page = { limit: query.limit, cursor: query.cursor, alertType: query.alert_type };
        const { alerts, nextCursor } = await listAlerts(postgres, page);
        return { body: [...alerts], nextCursor };
      },
    }),
  ];
}
