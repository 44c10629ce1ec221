/**
 * Advice from evidence: each rule looks at what a step really did, and says nothing below its threshold. No rule guesses.
 */
import { type CompiledStack, independentCalls, type ValueObject } from '@ashlar/engine';
import type { StepCosts } from './endpoints.ts';
import { figure } from './figures.ts';
import { describeStep, type StepNames } from './step-names.ts';

/** Calls of one step in one run that make it a query in a loop. */
const loopCalls = 10;
/** Rows in one answer of a list without a bound of its own. */
const manyRows = 500;
/** Rows of a page, for the gain's estimate. */
const pageRows = 25;
/** Mean time in a run that a call to another server must take before it is worth a `parallel`. */
const worthParallelMs = 100;
/** An outbound call without `timeout_ms` that took this long. */
const slowCallMs = 1_000;

/** One advice, in the shape that stacks rely on. */
export interface Suggestion {
  readonly kind: 'query_in_loop' | 'unbounded_list' | 'outbound_without_time_limit' | 'calls_in_turn';
  readonly step: ValueObject;
  readonly evidence: ValueObject;
  readonly suggestion: string;
  /** Milliseconds that a call would save, as far as the evidence tells; null where it doesn't. */
  readonly expectedGainMs: number | null;
}

type Rule = (step: StepCosts) => Omit<Suggestion, 'step'> | null;

const queryInLoop: Rule = (step) => {
  if ((step.effect !== 'query' && step.effect !== 'direct_query') || step.mostTurns < loopCalls) return null;
  return {
    kind: 'query_in_loop',
    evidence: { calls_in_one_run: step.mostTurns, duration_ms: figure(step.mostTurnsMs) },
    suggestion:
      'One statement ran many times in one request. Let one do it: for reading a condition with `in` over the list of keys, or `with` on the outer query; for writing a `direct_query` with `write` over lists.',
    expectedGainMs: step.mostTurnsMs * (1 - 1 / step.mostTurns),
  };
};

const unboundedList: Rule = (step) => {
  if (step.unboundedRows < manyRows) return null;
  const meanMs = step.durationMs / step.calls;
  return {
    kind: 'unbounded_list',
    evidence: { rows: step.unboundedRows, duration_ms: figure(meanMs) },
    suggestion: 'A list without page, cursor or limit gave many rows. Give it `page` and `per_page`, a `cursor`, or a `limit`.',
    expectedGainMs: meanMs * (1 - pageRows / step.unboundedRows),
  };
};

const outboundWithoutTimeLimit: Rule = (step) => {
  if (step.unlimitedCallMs < slowCallMs) return null;
  return {
    kind: 'outbound_without_time_limit',
    evidence: { longest_ms: figure(step.unlimitedCallMs) },
    suggestion: step.afterAnswer
      ? 'A slow call to another server has no `timeout_ms`. Set one that fits.'
      : 'A slow call to another server has no `timeout_ms`. Set one that fits, and do the call in post_process where the answer does not need it.',
    expectedGainMs: null,
  };
};

const rules: readonly Rule[] = [queryInLoop, unboundedList, outboundWithoutTimeLimit];

/** The groups of a stack, found once: it never changes. */
const groupsByStack = new WeakMap<CompiledStack, readonly (readonly number[])[]>();

function groupsOf(stack: CompiledStack): readonly (readonly number[])[] {
  const known = groupsByStack.get(stack);
  if (known !== undefined) return known;
  const groups = independentCalls(stack);
  groupsByStack.set(stack, groups);
  return groups;
}

/** Calls of the endpoint's own stack that waited for each other for nothing: the slowest alone is what they need. */
function callsInTurn(steps: readonly StepCosts[], names: StepNames): readonly Suggestion[] {
  if (names.stack === undefined) return [];
  const own = new Map(steps.filter((step) => step.frame === '' && !step.afterAnswer).map((step) => [step.step, step]));
  return groupsOf(names.stack).flatMap((group): readonly Suggestion[] => {
    const slow = group
      .flatMap((number) => own.get(number) ?? [])
      .filter((step) => step.durationMs / step.runs >= worthParallelMs);
    const [first] = slow;
    if (first === undefined || slow.length < 2) return [];
    const times = slow.map((step) => step.durationMs / step.runs);
    const together = times.reduce((sum, ms) => sum + ms, 0);
    return [
      {
        kind: 'calls_in_turn',
        step: describeStep(first, names),
        evidence: { steps: slow.map((step) => step.step), duration_ms: figure(together), longest_ms: figure(Math.max(...times)) },
        suggestion:
          'Calls to other servers wait for each other although none needs the answer of another. Let `parallel` do them at the same time.',
        expectedGainMs: together - Math.max(...times),
      },
    ];
  });
}

/** What the steps' costs give reason for, the largest gain first. */
export function suggest(counted: Iterable<StepCosts>, names: StepNames): readonly Suggestion[] {
  const steps = [...counted];
  const suggestions: Suggestion[] = [...callsInTurn(steps, names)];
  for (const step of steps)
    for (const rule of rules) {
      const found = rule(step);
      if (found === null) continue;
      // Nobody waits for what runs after the answer: no call gets faster.
      const expectedGainMs = step.afterAnswer ? null : found.expectedGainMs;
      suggestions.push({ ...found, expectedGainMs, step: describeStep(step, names) });
    }
  return suggestions.sort((a, b) => (b.expectedGainMs ?? 0) - (a.expectedGainMs ?? 0));
}

/** The shape of `suggest_optimizations`. */
export function suggestionValue(endpoint: string, { kind, step, evidence, suggestion, expectedGainMs }: Suggestion): ValueObject {
  return { kind, endpoint, step, evidence, suggestion, expected_gain: expectedGainMs === null ? null : figure(expectedGainMs) };
}
