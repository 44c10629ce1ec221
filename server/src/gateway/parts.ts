/** What the gateway is made of: the rest of the server as it sees it. */
import type { Effects } from '@ashlar/engine';
import type { Clock } from '../base/clock.ts';
import { requestTimes } from '../base/http/index.ts';
import type { AnyCall } from '../control/define.ts';
import type { Verdict } from '../domains/access/index.ts';
import type { ServedEnvironment, SnapshotSource } from '../domains/publishing/index.ts';
import type { FinishedPostProcess, FinishedRequest } from '../domains/telemetry/index.ts';

/** One line each; never a secret among the fields. */
export interface GatewayLog {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** Time limits for clients, in milliseconds; tests shorten them. */
export interface ClientLimits {
  /** From a request's first byte to the end of its headers. */
  readonly headersMs: number;
  /** From a request's first byte to the end of its body. */
  readonly requestMs: number;
  /** Between two requests on one connection; longer than the usual load balancer's 60 s, so that it closes first. */
  readonly keepAliveMs: number;
  /** Without a byte either way, while a body is awaited or an answer is not read; a stack that takes its time is left alone. */
  readonly idleMs: number;
  /** How often the first two are looked at. */
  readonly checkMs: number;
  /** How long a refused body is thrown away before the connection is cut, so that the client can read its answer. */
  readonly discardMs: number;
  /** How long a run that met a changed schema waits for the new snapshot. */
  readonly schemaMs: number;
}

export const defaultClientLimits: ClientLimits = {
  ...requestTimes,
  keepAliveMs: 65_000,
  checkMs: 1_000,
  discardMs: 1_500,
  schemaMs: 1_000,
};

/** What `createGateway` needs: enough to listen, and to say that nothing is served yet. */
export interface ListenParts {
  readonly settings: {
    readonly host: string;
    readonly port: number;
    readonly trustedProxies: readonly string[];
  };
  readonly clock: Clock;
  readonly log: GatewayLog;
  /** Shown by /health and in the OpenAPI document. */
  readonly version?: string;
  readonly clientLimits?: Partial<ClientLimits>;
}

/** What serving takes; given by `serve` once the database is there. */
export interface ServeParts {
  readonly snapshots: SnapshotSource;
  readonly runtime: { readonly effects: Effects };
  readonly telemetry: { record(request: FinishedRequest): void; recordPostProcess(done: FinishedPostProcess): void };
  readonly calls: readonly AnyCall[];
  /** The admin key. */
  readonly identity: { verify(key: string): boolean };
  /** Says whom a token of an environment's auth tables stands for. */
  readonly verifyToken: (environment: ServedEnvironment, text: string, nowMs: number) => Verdict;
  /** Why the node can't serve although it runs (its database is away), or null. Asked by /health. */
  readonly trouble?: () => string | null;
}

/** Everything a request may need. */
export type GatewayParts = ListenParts & ServeParts;
