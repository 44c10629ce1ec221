/** One connection that listens, reconnecting by itself; whether it stands tells whether the server is there. */

import { quoteIdentifier } from '@ashlar/engine';
import { Client, type ClientConfig } from 'pg';
import type { Log } from '../log/index.ts';

/** Short to the end: requests are refused until this connection stands again. */
const retryDelaysMs = [50, 100, 250];
/** A connection that answers nothing for so long is given up (a half-open socket tells nothing by itself). */
const heartbeatMs = 5_000;

type Handler = (payload: string) => void;

/** Hears NOTIFY on the control database. Messages sent while it is away are lost: whoever listens also polls. */
export class Listener {
  readonly #config: () => ClientConfig;
  readonly #log: Log;
  readonly #handlers = new Map<string, Set<Handler>>();
  #client: Client | null = null;
  #stopped = false;
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;
  readonly #heartbeat: NodeJS.Timeout;

  constructor(config: () => ClientConfig, log: Log) {
    this.#config = config;
    this.#log = log;
    this.#heartbeat = setInterval(() => void this.#beat(), heartbeatMs);
    this.#heartbeat.unref();
  }

  get connected(): boolean {
    return this.#client !== null;
  }

  /** Connects; further attempts are made by itself. */
  async connect(): Promise<void> {
    const client = new Client(this.#config());
    client.on('error', () => this.#lost(client));
    client.on('end', () => this.#lost(client));
    client.on('notification', ({ channel, payload }) => {
      for (const handler of this.#handlers.get(channel) ?? []) handler(payload ?? '');
    });
    try {
      await client.connect();
      if (this.#stopped) return void (await client.end());
      for (const channel of this.#handlers.keys()) await client.query(`listen ${quoteIdentifier(channel)}`);
      this.#client = client;
      if (this.#failures > 0) this.#log.info('the database is back');
      this.#failures = 0;
    } catch {
      await client.end().catch(() => {});
      this.#scheduleRetry();
    }
  }

  /** Listens on a channel. Returns the way to stop. */
  async listen(channel: string, handler: Handler): Promise<() => Promise<void>> {
    const handlers = this.#handlers.get(channel) ?? new Set();
    const first = handlers.size === 0;
    handlers.add(handler);
    this.#handlers.set(channel, handlers);
    // Where the connection is away, connect() listens again.
    if (first) await this.#client?.query(`listen ${quoteIdentifier(channel)}`).catch(() => {});
    return async () => {
      handlers.delete(handler);
      if (handlers.size > 0 || this.#handlers.get(channel) !== handlers) return;
      this.#handlers.delete(channel);
      await this.#client?.query(`unlisten ${quoteIdentifier(channel)}`).catch(() => {});
    };
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#heartbeat);
    clearTimeout(this.#retry);
    const client = this.#client;
    this.#client = null;
    await client?.end().catch(() => {});
  }

  #lost(client: Client): void {
    if (this.#client !== client) return;
    this.#client = null;
    this.#log.warn('the connection to the database is lost');
    this.#failures = Math.max(1, this.#failures);
    void client.end().catch(() => {});
    this.#scheduleRetry();
  }

  #scheduleRetry(): void {
    if (this.#stopped) return;
    const delayMs = retryDelaysMs[Math.min(this.#failures, retryDelaysMs.length - 1)];
    this.#failures++;
    this.#retry = setTimeout(() => void this.connect(), delayMs);
    this.#retry.unref();
  }

  async #beat(): Promise<void> {
    const client = this.#client;
    if (client === null) return;
    const late = setTimeout(() => this.#lost(client), heartbeatMs);
    await client.query('select 1').catch(() => this.#lost(client));
    clearTimeout(late);
  }
}
