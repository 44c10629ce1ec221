/**
 * Sixty steps with twenty expressions in one process, beside the same logic by hand. Budget, deadline and the rules of null are
 * Ashlar's part; reading the request and checking its inputs are neither's.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CompiledEndpoint,
  compileWorkspace,
  completeEffects,
  defaultLimits,
  Problems,
  Run,
  type RunOptions,
  readWorkspace,
  toPlain,
  toValue,
  type ValueObject,
} from '@ashlar/engine';
import { answerMessages, cpuUs } from '../child.ts';
import { numbersFrom } from '../rows.ts';
import { type QuoteInput, quoteByHand } from './quote-by-hand.ts';

/** Nanoseconds of processor time for one execution. */
export interface StackTimes {
  readonly oursNs: number;
  readonly byHandNs: number;
  /** Ours with a run made anew each time, as a request does. */
  readonly withRunNs: number;
}

function compileQuote(): CompiledEndpoint {
  const problems = new Problems();
  const files = new Map([
    ['ashlar.jsonc', '{"name": "quotes"}'],
    ['apis/quotes/quote.post.jsonc', readFileSync(join(import.meta.dirname, 'quote.post.jsonc'), 'utf8')],
  ]);
  const { endpoints } = compileWorkspace(readWorkspace(files, problems), problems);
  const [endpoint] = endpoints;
  if (endpoint === undefined || problems.failed) throw new Error(JSON.stringify(problems.list));
  return endpoint;
}

function makeInputs(): readonly QuoteInput[] {
  const next = numbersFrom(4);
  const oneOf = <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)] as T;
  return Array.from({ length: 64 }, () => ({
    quantity: Math.floor(next() * 20) + 1,
    unit_price: Math.floor(next() * 9_000) + 100,
    weight: Math.floor(next() * 10) + 1,
    customer: { tier: oneOf(['gold', 'silver', null]), country: oneOf(['DE', 'FR', null]) },
    coupon: oneOf(['SAVE10', 'OTHER', null]),
    express: next() < 0.3,
    gift: oneOf([true, false, null]),
  }));
}

const runOptions: RunOptions = {
  effects: completeEffects({}, (name) => () => {
    throw new Error(`a stack that only computes asked for ${name}`);
  }),
  limits: defaultLimits,
  requestId: 'req_bench',
  request: null,
  auth: null,
  env: {},
  timezone: 'UTC',
  decimals: 'number',
  sealKey: new Uint8Array(32),
  clock: () => performance.now(),
  pause: () => new Promise((resolve) => setImmediate(resolve)),
  host: null,
};

const { stack } = compileQuote();
const inputs = makeInputs();
const values = inputs.map((input) => toValue(input) as ValueObject);

function execute(run: Run, input: ValueObject | undefined): object {
  const outcome = stack.execute(run, input ?? {});
  if (outcome instanceof Promise) throw new Error('a stack that only computes answers at once');
  return outcome;
}

/** Fails where the two compute something else. */
function expectSameResults(): void {
  for (const [i, input] of inputs.entries()) {
    const outcome = stack.execute(new Run(runOptions), values[i] ?? {});
    if (outcome instanceof Promise) throw new Error('a stack that only computes answers at once');
    const [ours, byHand] = [JSON.stringify(toPlain(outcome.value)), JSON.stringify(quoteByHand(input))];
    if (ours !== byHand) throw new Error(`the results for ${JSON.stringify(input)} differ:\n${ours}\n${byHand}`);
  }
}

/** Where results go, so that no compiler leaves the work out. */
const sink: unknown[] = new Array(inputs.length);

/** Executions between two looks at the time. */
const batch = 1_000 * inputs.length;

/** Nanoseconds of processor time for one execution, for about `ms` milliseconds. */
function timeOf(work: (i: number) => unknown, ms: number): number {
  let executions = 0;
  const before = cpuUs();
  const until = performance.now() + ms;
  while (performance.now() < until) {
    for (let i = 0; i < batch; i += 1) sink[i % inputs.length] = work(i % inputs.length);
    executions += batch;
  }
  return ((cpuUs() - before) * 1_000) / executions;
}

function measure(ms: number): StackTimes {
  const run = new Run(runOptions);
  const { steps, tickAt } = run;
  return {
    oursNs: timeOf((i) => {
      // The budget of a new run.
      run.steps = steps;
      run.tickAt = tickAt;
      return execute(run, values[i]);
    }, ms),
    byHandNs: timeOf((i) => quoteByHand(inputs[i] as QuoteInput), ms),
    withRunNs: timeOf((i) => execute(new Run(runOptions), values[i]), ms),
  };
}

expectSameResults();
answerMessages(async (message) => measure((message as { readonly ms: number }).ms));
