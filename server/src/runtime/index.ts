/** The effects' bodies, put together: what a run is started with. */
import type { Effects, Run } from '@ashlar/engine';
import type { Clock } from '../base/clock.ts';
import { createHttpClient, type HttpClientOptions } from '../base/http-client/index.ts';
import type { Log } from '../base/log/index.ts';
import type { Postgres } from '../base/postgres/index.ts';
import { type CacheStore, createMemoryCache } from '../domains/cache/index.ts';
import type { Telemetry } from '../domains/telemetry/index.ts';
import type { Settings } from '../settings.ts';
import { counted } from './account-of.ts';
import { createCacheEffects } from './cache.ts';
import { createClockEffects } from './clock.ts';
import { createDirectQuery, createQuery, createTransactions, StatementWatch, TriggerWatch } from './database/index.ts';
import { createHttpRequest } from './http-request.ts';
import { createLogEffect } from './log.ts';
import { passwordEffects } from './password.ts';
import { createPerformanceEffects } from './performance.ts';
import { random } from './random.ts';
import { createTokenEffect } from './token.ts';

export type { RunHost } from './host.ts';

export interface RuntimeOptions {
  readonly postgres: Postgres;
  readonly settings: Pick<Settings, 'outboundAllow'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly telemetry: Telemetry;
  /** Memory of this process by default. */
  readonly cache?: CacheStore;
  /** Ports that this node listens on: outbound calls don't reach them on its own addresses. Read at each connection. */
  readonly ownPorts?: () => ReadonlySet<number>;
  /** Resolves names of outbound calls; DNS by default. */
  readonly resolve?: HttpClientOptions['resolve'];
}

export interface Runtime {
  readonly effects: Effects;
  /** Ends timers and outbound connections; lent database clients are the pools' matter. */
  stop(): Promise<void>;
}

/** Time of BEGIN, COMMIT and what is between is the database's, not the stack's own. */
const inTransaction = (run: Run, step: number, work: () => Promise<null>): Promise<null> =>
  counted(run, step, 'transaction', 'database', work);

/** Makes the effects of a node. A missing one is a type error. */
export function createRuntime(options: RuntimeOptions): Runtime {
  const { postgres, clock, log, telemetry, settings, ownPorts, resolve } = options;
  const watch = new StatementWatch();
  const http = createHttpClient({
    allow: settings.outboundAllow,
    ...(ownPorts === undefined ? {} : { ownPorts }),
    ...(resolve === undefined ? {} : { resolve }),
  });
  const transactions = createTransactions(postgres);
  const effects: Effects = {
    ...createClockEffects(clock),
    ...createCacheEffects(options.cache ?? createMemoryCache({ clock }), telemetry),
    ...createPerformanceEffects(telemetry, clock),
    ...passwordEffects,
    random,
    log: createLogEffect(log),
    query: createQuery(postgres, new TriggerWatch(postgres, clock.monotonic)),
    direct_query: createDirectQuery(postgres, watch, transactions, log),
    begin: (run, step, { isolation }) => inTransaction(run, step, () => transactions.begin(run, isolation)),
    commit: (run, step) => inTransaction(run, step, () => transactions.commit(run)),
    rollback: (run, step) => inTransaction(run, step, () => transactions.rollback(run)),
    savepoint: (run, step, { depth }) => inTransaction(run, step, () => transactions.savepoint(run, depth)),
    release_savepoint: (run, step, { depth }) => inTransaction(run, step, () => transactions.releaseSavepoint(run, depth)),
    rollback_to_savepoint: (run, step, { depth }) => inTransaction(run, step, () => transactions.rollbackToSavepoint(run, depth)),
    http_request: createHttpRequest(http),
    create_auth_token: createTokenEffect(clock),
  };
  return {
    effects,
    stop: async () => {
      watch.stop();
      await http.close();
    },
  };
}
