/** The answers of analyze_slow_endpoints and suggest_optimizations. */
import { isObject, type Value, type ValueObject } from '@ashlar/engine';
import type { EndpointReport } from './endpoints.ts';
import { figure } from './figures.ts';
import { describeStep } from './step-names.ts';
import { suggest, suggestionValue } from './suggestions.ts';

/** One row of `analyze_slow_endpoints`. */
export function slowEndpointValue(report: EndpointReport): ValueObject {
  const { method, endpoint, costs, trend } = report;
  const { databaseMs, networkMs, waitingMs, totalMs, histogram } = costs;
  // Of the answer's own time: what runs after it slows no caller.
  const steps = [...costs.steps.values()].filter((step) => !step.afterAnswer);
  const slowest = steps.sort((a, b) => b.durationMs - a.durationMs)[0];
  return {
    endpoint,
    method,
    calls: costs.calls,
    errors: costs.errors,
    total_ms: figure(totalMs),
    p50_ms: figure(histogram.percentile(0.5)),
    p95_ms: figure(histogram.percentile(0.95)),
    p99_ms: figure(histogram.percentile(0.99)),
    trend: trend === null ? null : figure(trend, 1),
    // Parallel branches wait at the same time: their sum may exceed the request's own duration.
    where: {
      database: figure(databaseMs),
      network: figure(networkMs),
      code: figure(Math.max(0, totalMs - databaseMs - networkMs - waitingMs)),
      waiting: figure(waitingMs),
    },
    slowest_step:
      slowest === undefined
        ? null
        : { ...describeStep(slowest, report), calls: slowest.calls, total_ms: figure(slowest.durationMs), rows: slowest.rows },
  };
}

/** Advice for the endpoints that the analysis names; an endpoint that is not known (any more) gives none. */
export function suggestionsFor(analysis: Value, reports: readonly EndpointReport[]): readonly ValueObject[] {
  if (!Array.isArray(analysis)) return [];
  const items: readonly Value[] = analysis;
  return items.flatMap((item) => {
    if (!isObject(item)) return [];
    const report = reports.find(({ method, endpoint }) => method === item.method && endpoint === item.endpoint);
    if (report === undefined) return [];
    const label = `${report.method} ${report.endpoint}`;
    return suggest(report.costs.steps.values(), report).map((one) => suggestionValue(label, one));
  });
}
