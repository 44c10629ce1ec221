/** One request and its answer on their way through the stations. Every station reads and writes this one object. */
import type { Run } from '@ashlar/engine';
import type { ServedGroup } from '../domains/publishing/index.ts';
import type { RunHost } from '../runtime/host.ts';
import type { Connection } from './connection.ts';
import type { GatewayRequest, GatewayResponse } from './messages.ts';
import type { RouteEntry } from './route.ts';

/** Tells a run that its client is gone (the part of AbortSignal that the engine asks for, without its cost). */
class ClientGone {
  aborted = false;
  #listeners: Set<() => void> | null = null;

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners ??= new Set();
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners?.delete(listener);
  }

  abort(): void {
    if (this.aborted) return;
    this.aborted = true;
    if (this.#listeners !== null) for (const listener of [...this.#listeners]) listener();
  }
}

export class Exchange {
  readonly request: GatewayRequest;
  readonly response: GatewayResponse;
  readonly connection: Connection;
  readonly method: string;
  readonly startedAt: number;
  /** Instance-wide, in the answer's X-Request-Id, in logs and problem documents. */
  readonly id: string;
  /** The real client's address. */
  readonly clientAddress: string;
  readonly clientGone = new ClientGone();
  /** The client waits for `100 Continue` before it sends its body. */
  readonly expectsContinue: boolean;
  /** Of the request's target, as sent, without the query. */
  path = '';
  /** After the question mark, as sent; empty for none. */
  queryText = '';
  group: ServedGroup | undefined = undefined;
  /** The endpoint, once routed. */
  entry: RouteEntry | null = null;
  /** The run that succeeded, once there is an answer of it: it may have left work for afterwards. */
  run: Run | null = null;
  /** The run's host, whose account telemetry reads. */
  host: RunHost | null = null;
  /** Whether the caller may see step and place of an error. */
  debug = false;
  /** `100 Continue` was sent. */
  continued = false;
  /** The connection ends with this answer. */
  closes = false;
  /** What the answer was, for telemetry. */
  status = 0;

  constructor(
    request: GatewayRequest,
    response: GatewayResponse,
    connection: Connection,
    startedAt: number,
    id: string,
    clientAddress: string,
    expectsContinue: boolean,
  ) {
    this.request = request;
    this.response = response;
    this.connection = connection;
    this.method = request.method;
    this.startedAt = startedAt;
    this.id = id;
    this.clientAddress = clientAddress;
    this.expectsContinue = expectsContinue;
  }

  /** `GET /api:shop/orders/{id}`; the path as sent before an endpoint is known. */
  get label(): string {
    return this.entry === null ? `${this.method} ${this.path}` : this.entry.name;
  }
}
