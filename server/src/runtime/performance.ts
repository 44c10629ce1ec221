/** The seed's performance functions: profiles, figures, alerts, advice. */
import { errorOf, type Run, type Value, type ValueObject } from '@ashlar/engine';
import type { Clock } from '../base/clock.ts';
import { databaseError, databaseUnavailable } from '../base/postgres/index.ts';
import { expectStorable, metricsValue, type Profiled, type Telemetry } from '../domains/telemetry/index.ts';
import { accountOf, counted } from './account-of.ts';
import { hostOf } from './host.ts';
import { masked } from './mask.ts';

/** Makes the effects of performance. */
export function createPerformanceEffects(telemetry: Telemetry, clock: Clock) {
  return {
    start_profiling: async (run: Run, _step: number, { profileId }: { readonly profileId: string }): Promise<ValueObject> =>
      telemetry.profiles.start(profileId, profiledOf(run), clock.now()),
    end_profiling: async (run: Run, _step: number, { profileId }: { readonly profileId: string }): Promise<ValueObject | null> =>
      telemetry.profiles.end(profileId, profiledOf(run)),
    system_metrics: async (run: Run, step: number): Promise<ValueObject> =>
      metricsValue(await counted(run, step, 'system_metrics', 'database', () => telemetry.system())),
    raise_alert: async (
      run: Run,
      step: number,
      { alertType, data }: { readonly alertType: string; readonly data: Value },
    ): Promise<ValueObject> => {
      const { environment, endpoint } = hostOf(run);
      expectStorable(data);
      const alert = { environmentId: environment.id, alertType, endpoint, data: masked(run, data) };
      return counted(run, step, 'raise_alert', 'database', () => withinDeadline(run, telemetry.raiseAlert(alert)));
    },
    slow_endpoints: async (run: Run, _step: number, { limit }: { readonly limit: number }): Promise<readonly ValueObject[]> =>
      telemetry.slowEndpoints(hostOf(run).environment.id, limit),
    suggest_optimizations: async (
      run: Run,
      _step: number,
      { analysis }: { readonly analysis: Value },
    ): Promise<readonly ValueObject[]> => telemetry.suggestOptimizations(hostOf(run).environment.id, analysis),
  };
}

function profiledOf(run: Run): Profiled {
  const host = hostOf(run);
  const names = { stack: host.stack, functions: host.environment.compiled.functions };
  return { key: host, endpoint: host.endpoint, names, account: accountOf(host), nowMs: run.clock() };
}

/** An answer of the control database, which knows nothing of the run's deadline. Throws `database_unavailable` when it doesn't come. */
async function withinDeadline<T>(run: Run, answer: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(errorOf(databaseUnavailable, {})), Math.ceil(run.remainingMs()));
  try {
    return await Promise.race([answer, late.promise]);
  } catch (error) {
    throw databaseError(error);
  } finally {
    clearTimeout(timer);
  }
}
