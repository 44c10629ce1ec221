/** The figures as stacks and the control API give them. */
import type { Value, ValueObject } from '@ashlar/engine';
import { figure } from './figures.ts';
import type { SystemFigures } from './telemetry.ts';

const round = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits;
const roundOrNull = (value: number | null, digits: number): number | null => (value === null ? null : round(value, digits));

/** The figures under their public names, rounded. */
export function plainMetrics(figures: SystemFigures) {
  return {
    node: figures.node,
    uptime_s: figures.uptimeS,
    cpu_usage: round(figures.cpuUsage, 1),
    memory_usage: round(figures.memoryUsage, 1),
    disk_usage: roundOrNull(figures.diskUsage, 1),
    event_loop_delay_ms: round(figures.eventLoopDelayMs, 2),
    db_connections: figures.databaseConnections,
    database_connections: figures.databaseConnections,
    node_database_connections: figures.nodeConnections,
    database_response_time: roundOrNull(figures.databaseResponseMs, 2),
    avg_response_time: round(figures.avgResponseMs, 2),
    requests_per_minute: figures.requestsPerMinute,
    error_rate: round(figures.errorRate, 2),
    cache_hit_ratio: round(figures.cacheHitRatio, 4),
  };
}

const integers: ReadonlySet<string> = new Set([
  'uptime_s',
  'db_connections',
  'database_connections',
  'node_database_connections',
  'requests_per_minute',
]);

/** The answer of get_system_metrics: counts are ints, everything measured is a decimal. */
export function metricsValue(figures: SystemFigures): ValueObject {
  const entries = Object.entries(plainMetrics(figures)).map(([name, value]): [string, Value] => [
    name,
    typeof value === 'number' && !integers.has(name) ? figure(value, 4) : value,
  ]);
  return Object.fromEntries(entries);
}
