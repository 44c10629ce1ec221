/**
 * Advice from evidence: each rule looks at what a step really did, and says nothing below its threshold. No rule guesses.
 */
import type { CompiledStack, Value, ValueObject } from '@ashlar/engine';
import type { StepCosts } from './endpoints.ts';
import { figure } from './figures.ts';

/** Calls of one step in one run that make it a query in a loop. */
const loopCalls = 10;
/** Rows in one answer of a list without a bound of its own. */
const manyRows = 500;
/** Rows of a page, for the gain's estimate. */
const pageRows = 25;
/** An outbound call without `timeout_ms` that took this long. */
const slowCallMs = 1_000;

/** One advice, in the shape that stacks rely on. */
export interface Suggestion {
  readonly kind: 'query_in_loop' | 'unbounded_list' | 'outbound_without_time_limit';
  readonly step: ValueObject;
  readonly evidence: ValueObject;
  readonly suggestion: string;
  /** Milliseconds that a call would save, as far as the evidence tells; null where it doesn't. */
  readonly expectedGainMs: number | null;
}

type Rule = (step: StepCosts) => Omit<Suggestion, 'step'> | null;

const queryInLoop: Rule = (step) => {
  if ((step.effect !== 'query' && step.effect !== 'direct_query') || step.mostCalls < loopCalls) return null;
  return {
    kind: 'query_in_loop',
    evidence: { calls_in_one_run: step.mostCalls, duration_ms: figure(step.mostCallsMs) },
    suggestion:
      'One statement ran many times in one request. Let one do it: for reading a condition with `in` over the list of keys, or `with` on the outer query; for writing a bulk function.',
    expectedGainMs: step.mostCallsMs * (1 - 1 / step.mostCalls),
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
    suggestion:
      'A slow call to another server has no `timeout_ms`. Set one that fits, and do the call in post_process where the answer does not need it.',
    expectedGainMs: null,
  };
};

const rules: readonly Rule[] = [queryInLoop, unboundedList, outboundWithoutTimeLimit];

/** What the steps' costs give reason for, the largest gain first. */
export function suggest(steps: Iterable<StepCosts>, stack: CompiledStack | undefined): readonly Suggestion[] {
  const suggestions: Suggestion[] = [];
  for (const step of steps)
    for (const rule of rules) {
      const found = rule(step);
      if (found !== null) suggestions.push({ ...found, step: describeStep(step, stack) });
    }
  return suggestions.sort((a, b) => (b.expectedGainMs ?? 0) - (a.expectedGainMs ?? 0));
}

/** A step as people find it: number, id, function, place; inside a called function only what is known there. */
export function describeStep(
  step: { readonly step: number; readonly frame: string; readonly effect: string },
  stack: CompiledStack | undefined,
): ValueObject {
  const info = step.frame === '' ? stack?.steps.find((one) => one.number === step.step) : undefined;
  const described: Record<string, Value> = { number: step.step, id: info?.id ?? null, function: info?.function ?? step.effect };
  if (info !== undefined) described.pointer = info.pointer;
  if (step.frame !== '') described.within = step.frame;
  return described;
}

/** The shape of `suggest_optimizations`. */
export function suggestionValue(endpoint: string, { kind, step, evidence, suggestion, expectedGainMs }: Suggestion): ValueObject {
  return { kind, endpoint, step, evidence, suggestion, expected_gain: expectedGainMs === null ? null : figure(expectedGainMs) };
}
