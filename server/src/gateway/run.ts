/** The station "compiled stack": one run, and what it left for after the answer. */
import { AshlarError, type Effects, type Outcome, Run, type Value, type ValueObject } from '@ashlar/engine';
import type { Clock } from '../base/clock.ts';
import type { ServedEnvironment, Snapshot, SnapshotSource } from '../domains/publishing/index.ts';
import { RunAccount } from '../domains/telemetry/index.ts';
import type { RunHost } from '../runtime/host.ts';
import type { Exchange } from './exchange.ts';
import type { RouteEntry } from './route.ts';

/** What a request gives to its run. */
export interface RunInputs {
  readonly auth: ValueObject | null;
  readonly query: ValueObject;
  readonly headers: ValueObject;
  readonly body: Value | undefined;
}

/** What runs are made with. */
export interface RunWorld {
  readonly effects: Effects;
  readonly clock: Clock;
}

const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Who acts, as events and audit entries name it: `workspace/table/id`. */
function actorOf(environment: ServedEnvironment, auth: ValueObject | null): string | null {
  return auth === null ? null : `${environment.workspace}/${String(auth.table)}/${String(auth.id)}`;
}

function requestObject(exchange: Exchange, inputs: RunInputs): ValueObject {
  const { path, method, clientAddress: ip, id } = exchange;
  return { path, method, headers: inputs.headers, query: inputs.query, body: inputs.body ?? null, ip, id };
}

/** What the effects' bodies find again of the run. */
export function newHost(
  exchange: Exchange,
  entry: RouteEntry,
  environment: ServedEnvironment,
  auth: ValueObject | null,
): RunHost {
  return {
    environment,
    endpoint: entry.name,
    clientAddress: exchange.clientAddress,
    actor: actorOf(environment, auth),
    stack: entry.endpoint.stack,
  };
}

/** Makes the run of a request. */
export function newRun(world: RunWorld, exchange: Exchange, entry: RouteEntry, host: RunHost, inputs: RunInputs): Run {
  const { environment } = host;
  const { settings } = environment.compiled.workspace;
  return new Run({
    effects: world.effects,
    limits: environment.limits,
    requestId: exchange.id,
    request: requestObject(exchange, inputs),
    auth: inputs.auth,
    env: environment.env,
    timezone: settings.timezone,
    decimals: settings.decimals,
    sealKey: environment.tokenKey,
    clock: world.clock.monotonic,
    pause,
    // The client's going away stops reads, never writes: a stack that changes something runs to its end.
    signal: entry.readOnly ? exchange.clientGone : undefined,
    host,
  });
}

/** Runs the stack. */
export function execute(run: Run, entry: RouteEntry, input: ValueObject): Outcome | Promise<Outcome> {
  return entry.endpoint.stack.execute(run, input);
}

/** Whether a run met tables of another version than its own before it changed anything (semantics 35). */
export function metChangedSchema(thrown: unknown): boolean {
  return thrown instanceof AshlarError && thrown.code === 'schema_changed';
}

/** Waits until another snapshot than the given one is in force. Answers it, or undefined when none came in time. */
export function nextSnapshot(source: SnapshotSource, than: Snapshot, waitMs: number): Promise<Snapshot | undefined> {
  const { current } = source;
  if (current !== undefined && current.revision !== than.revision) return Promise.resolve(current);
  return new Promise((resolve) => {
    const done = (snapshot: Snapshot | undefined): void => {
      clearTimeout(timer);
      stop();
      resolve(snapshot);
    };
    const timer = setTimeout(() => done(undefined), waitMs);
    const stop = source.onChange((snapshot) => {
      if (snapshot.revision !== than.revision) done(snapshot);
    });
  });
}

/**
 * Runs what a successful run left for after the answer, each in a run of its own that nothing cancels. Failures are handed over,
 * what each of them cost too.
 */
export async function runPostProcesses(
  run: Run,
  host: RunHost,
  { onFailure, onDone }: { readonly onFailure: (thrown: unknown) => void; readonly onDone: (account: RunAccount) => void },
): Promise<void> {
  const { signal: _gone, ...options } = run.options;
  const { committed: _done, ...fresh } = host;
  for (const work of run.postProcesses ?? []) {
    const account = new RunAccount(true);
    try {
      await work(new Run({ ...options, host: { ...fresh, account } }));
    } catch (thrown) {
      onFailure(thrown);
    }
    onDone(account);
  }
}
