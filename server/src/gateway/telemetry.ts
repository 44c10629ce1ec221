/** The station "telemetry": what is known of a request once its answer has left. Recorded in memory, never waited for. */
import type { Exchange } from './exchange.ts';

/** A finished request. Nothing of headers, query or body: those may hold secrets. */
export interface FinishedRequest {
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  readonly durationMs: number;
  readonly method: string;
  /** The route as declared, `/api:shop/orders/{id}`; null where none matched. */
  readonly endpoint: string | null;
  readonly workspaceId: string | null;
  readonly environmentId: string | null;
  readonly versionId: string | null;
  readonly status: number;
  /** Code of the error; null for none. */
  readonly code: string | null;
  /** Bytes of the answer's body. */
  readonly bytes: number;
  readonly clientAddress: string;
}

/** What telemetry gets of an exchange. */
export function finished(exchange: Exchange, nowMs: number, durationMs: number): FinishedRequest {
  const environment = exchange.group?.environment;
  return {
    requestId: exchange.id,
    atMs: nowMs,
    durationMs,
    method: exchange.method,
    endpoint: exchange.label === '' ? null : exchange.label,
    workspaceId: environment?.workspaceId ?? null,
    environmentId: environment?.id ?? null,
    versionId: environment?.versionId ?? null,
    status: exchange.status,
    code: exchange.code,
    bytes: exchange.bodyBytes,
    clientAddress: exchange.clientAddress,
  };
}
