/** The station "telemetry": what is known of a request once its answer has left. Recorded in memory, never waited for. */
import type { FinishedRequest } from '../domains/telemetry/index.ts';
import type { RunHost } from '../runtime/host.ts';
import type { Exchange } from './exchange.ts';

/** What telemetry gets of an exchange; null where no endpoint was met. Nothing of headers, query or body: those may hold secrets. */
export function finishedRequest(exchange: Exchange, durationMs: number): FinishedRequest | null {
  const { entry, group } = exchange;
  if (entry === null || group === undefined) return null;
  const host: RunHost | null = exchange.host;
  return {
    environmentId: group.environment.id,
    method: exchange.method,
    endpoint: entry.label,
    status: exchange.status,
    durationMs,
    account: host?.account,
    stack: entry.endpoint.stack,
    functions: group.environment.compiled.functions,
  };
}
