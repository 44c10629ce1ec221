/** What a run finds, the goals of the whole, and whether they hold. */

/** One service's figures of a cell, each the median of the rounds. */
export interface Figures {
  readonly rps: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  /** Processor time of the server for a request, in microseconds. */
  readonly server_us: number;
}

export interface RatioResult {
  readonly name: string;
  /** Throughput of Ashlar by that of what is written by hand, in the same round; the median of the rounds. */
  readonly ratio: number;
  /** Processor time a request of what is written by hand by that of Ashlar: above 1, Ashlar takes less. */
  readonly cpu_ratio: number;
  /** p99 of Ashlar by that of the service by hand: below 1, Ashlar is quicker. */
  readonly p99_ratio: number;
  readonly ours: Figures;
  readonly baseline: Figures;
  /** The loader's own share of its processor, at most in any round: near 1 it was the limit, and ratios come out too near to 1. */
  readonly loader_busy: number;
}

/** A value of its own, with what it may be at most. */
export interface MeasuredValue {
  readonly what: string;
  readonly value: number;
  readonly unit: 's' | 'ms' | 'MB' | '%';
  /** Null: told, but nothing is asked of it. */
  readonly goal: number | null;
}

export interface ValuesResult {
  readonly name: string;
  readonly measured: readonly MeasuredValue[];
}

/** A cell that could not be measured: an answer was none of success, or differed. */
export interface FailedResult {
  readonly name: string;
  readonly failed: string;
}

export type Result = RatioResult | ValuesResult | FailedResult;

interface Goal {
  /** Ratio of throughput: at least this. */
  readonly ratio: number;
  /** What is hoped for. */
  readonly aim: number | null;
  /** Ratio of processor time: at least this. */
  readonly cpu: number | null;
}

const goals: Readonly<Record<string, Goal>> = {
  'read-by-id': { ratio: 2.0, aim: 2.8, cpu: 2.3 },
  'list-filtered': { ratio: 1.6, aim: 2.0, cpu: 2.5 },
  insert: { ratio: 1.6, aim: 2.2, cpu: 2.0 },
  'logic-100': { ratio: 1.1, aim: 1.3, cpu: 1.1 },
  'order-in-transaction': { ratio: 1.0, aim: 1.3, cpu: 1.2 },
  'nested-list': { ratio: 1.0, aim: 1.5, cpu: 1.2 },
  'stack-60-steps': { ratio: 0.5, aim: null, cpu: null },
};

/** How much longer than the baseline's a p99 may be. */
const p99Most = 1.25;

/** One line of the table of goals. */
export interface Verdict {
  readonly name: string;
  readonly what: string;
  readonly found: string;
  readonly goal: string;
  readonly aim: string;
  /** Null where nothing is asked. */
  readonly holds: boolean | null;
}

/** Every goal that the result speaks of, in the order of importance. */
export function verdicts(result: Result): readonly Verdict[] {
  const { name } = result;
  if ('failed' in result) return [{ name, what: 'not measured', found: '', goal: '', aim: '', holds: false }];
  if ('measured' in result)
    return result.measured.map(({ what, value, unit, goal }) => ({
      name,
      what,
      found: `${value} ${unit}`,
      goal: goal === null ? '' : `${goal} ${unit}`,
      aim: '',
      holds: goal === null ? null : value <= goal,
    }));
  const { ratio, aim, cpu } = goals[name] ?? { ratio: null, aim: null, cpu: null };
  const least = (what: string, value: number, goal: number | null, hoped: number | null): Verdict => ({
    name,
    what,
    found: value.toFixed(2),
    goal: goal === null ? '' : goal.toFixed(2),
    aim: hoped === null ? '' : hoped.toFixed(2),
    holds: goal === null ? null : value >= goal,
  });
  const throughput = least('ratio', result.ratio, ratio, aim);
  if (cpu === null) return [throughput];
  const p99: Verdict = {
    ...least('p99 ratio', result.p99_ratio, null, null),
    goal: p99Most.toFixed(2),
    holds: result.p99_ratio <= p99Most,
  };
  return [throughput, least('processor ratio', result.cpu_ratio, cpu, null), p99];
}

/** The table of goals, as printed. */
export function table(results: readonly Result[]): string {
  const word = (holds: boolean | null): string => (holds === null ? '' : holds ? 'holds' : 'MISSED');
  const rows = results
    .flatMap(verdicts)
    .map(({ name, what, found, goal, aim, holds }) => [name, what, found, goal, aim, word(holds)]);
  const all = [['cell', 'what', 'found', 'goal', 'aim', ''], ...rows];
  const widths = (all[0] ?? []).map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return `${all.map(line).join('\n')}\n`;
}

/** A result's figures, as printed when it is there. */
export function roundText(result: Result): string {
  if ('failed' in result) return `${result.name} could not be measured: ${result.failed}\n`;
  if ('measured' in result)
    return `${result.name}\n${result.measured.map(({ what, value, unit }) => `  ${what}: ${value} ${unit}\n`).join('')}`;
  const { name, ratio, cpu_ratio, ours, baseline, loader_busy } = result;
  const figures = (one: Figures): string => {
    const us = one.server_us < 10 ? one.server_us.toFixed(3) : one.server_us.toFixed(0);
    return `${String(one.rps).padStart(6)} /s  p50 ${one.p50_ms.toFixed(2)} ms  p99 ${one.p99_ms.toFixed(2)} ms  ${us} µs`;
  };
  return [
    `${name.padEnd(20)} ratio ${ratio.toFixed(2)}  processor ${cpu_ratio.toFixed(2)}  (loader busy ${Math.round(loader_busy * 100)} %)`,
    `  Ashlar   ${figures(ours)}`,
    `  by hand  ${figures(baseline)}\n`,
  ].join('\n');
}
