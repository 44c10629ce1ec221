/** The figures of this node, gathered from finished requests, the machine and the database. */
import { hostname } from 'node:os';
import type { Value, ValueObject } from '@ashlar/engine';
import type { Clock } from '../../base/clock.ts';
import type { Postgres } from '../../base/postgres/index.ts';
import type { NewAlert } from './alerts.ts';
import { storeAlert } from './alerts.ts';
import { type DatabaseFigures, DatabaseProbe } from './database-probe.ts';
import { Endpoints, type FinishedPostProcess, type FinishedRequest } from './endpoints.ts';
import { Machine, type MachineFigures, type MachineReader } from './machine.ts';
import { Profiles } from './profiles.ts';
import { slowEndpointValue, suggestionsFor } from './slow-endpoints.ts';
import { RequestWindow } from './window.ts';

export interface TelemetryOptions {
  readonly clock: Clock;
  readonly postgres: Postgres;
  /** The data folder: its file system is what `disk_usage` speaks of. */
  readonly dataPath: string;
  /** Where the machine's figures come from; the machine by default. */
  readonly machine?: MachineReader;
}

/** Everything measured, in plain numbers. */
export interface SystemFigures extends MachineFigures, DatabaseFigures {
  readonly node: string;
  readonly uptimeS: number;
  /** Mean over the last 60 s, in milliseconds; 0 when nothing was answered. */
  readonly avgResponseMs: number;
  /** Answers in the last 60 s. */
  readonly requestsPerMinute: number;
  /** Answers of 500 and above among those, in per cent. */
  readonly errorRate: number;
  /** Of all reads since the start, 0 to 1; 0 before the first. */
  readonly cacheHitRatio: number;
}

export interface Telemetry {
  /** Counts an answered request. Cheap; never throws, never waits. */
  record(request: FinishedRequest): void;
  /** Counts what ran after an answer. As cheap, and as quiet. */
  recordPostProcess(done: FinishedPostProcess): void;
  /** Counts a read of the cache. */
  cacheRead(hit: boolean): void;
  system(): Promise<SystemFigures>;
  /** This environment's endpoints by total time. */
  slowEndpoints(environmentId: string, limit: number): readonly ValueObject[];
  suggestOptimizations(environmentId: string, analysis: Value): readonly ValueObject[];
  readonly profiles: Profiles;
  raiseAlert(alert: NewAlert): Promise<ValueObject>;
  stop(): void;
}

/** Makes the telemetry of a node. */
export function createTelemetry(options: TelemetryOptions): Telemetry {
  const { clock, postgres } = options;
  const startedAt = clock.monotonic();
  const machine = options.machine ?? new Machine(options.dataPath);
  const database = new DatabaseProbe(postgres, clock);
  const window = new RequestWindow();
  const endpoints = new Endpoints();
  const reads = { hits: 0, all: 0 };
  const node = `${hostname()}:${process.pid}`;

  return {
    profiles: new Profiles(),
    record(request) {
      const now = clock.monotonic();
      window.record(now, request.durationMs, request.status >= 500);
      endpoints.record(now, request);
    },
    recordPostProcess(done) {
      endpoints.recordPostProcess(clock.monotonic(), done);
    },
    cacheRead(hit) {
      reads.all += 1;
      if (hit) reads.hits += 1;
    },
    async system() {
      const [machineFigures, databaseFigures] = await Promise.all([machine.read(), database.read()]);
      const now = clock.monotonic();
      const { requests, errors, durationMs } = window.sums(now);
      return {
        ...machineFigures,
        ...databaseFigures,
        node,
        uptimeS: Math.floor((now - startedAt) / 1_000),
        avgResponseMs: requests === 0 ? 0 : durationMs / requests,
        requestsPerMinute: requests,
        errorRate: requests === 0 ? 0 : (errors / requests) * 100,
        cacheHitRatio: reads.all === 0 ? 0 : reads.hits / reads.all,
      };
    },
    slowEndpoints: (environmentId, limit) =>
      endpoints.ranked(clock.monotonic(), environmentId).slice(0, limit).map(slowEndpointValue),
    suggestOptimizations: (environmentId, analysis) =>
      suggestionsFor(analysis, endpoints.ranked(clock.monotonic(), environmentId)),
    raiseAlert: (alert) => storeAlert(postgres, alert),
    stop: () => machine.stop(),
  };
}
