/** log_debug_info: a value into the server's log. */
import { AshlarError, encodeJson, type Run, type Value } from '@ashlar/engine';
import type { Log } from '../base/log/index.ts';
import { hostOf } from './host.ts';
import { masked } from './mask.ts';

/** Bytes of one entry. */
const longestEntry = 65_536;

/** Makes the effect `log`. What speaks of secrets, and the caller's credentials wherever they stand, is masked here. */
export function createLogEffect(log: Log) {
  return (run: Run, step: number, { data }: { readonly data: Value }): null => {
    const { environment, endpoint } = hostOf(run);
    const place = { request_id: run.requestId, workspace: environment.workspace, environment: environment.name, endpoint, step };
    log.info('log_debug_info', { ...place, data: shortened(run, data) });
    return null;
  };
}

function shortened(run: Run, data: Value): unknown {
  try {
    encodeJson(data, { decimals: 'number', limitBytes: longestEntry });
    return masked(run, data);
  } catch (error) {
    if (error instanceof AshlarError) return `(left out: longer than ${longestEntry} bytes, or nested too deeply)`;
    throw error;
  }
}
