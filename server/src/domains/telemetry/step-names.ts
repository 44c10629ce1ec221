/** Names for what telemetry counts by number: a step of the endpoint's own stack, or of a function or branch that it ran in. */
import {
  type CompiledFunction,
  type CompiledStack,
  type IrStatement,
  statementsOf,
  type Value,
  type ValueObject,
} from '@ashlar/engine';

/** What a run's steps are named by. */
export interface StepNames {
  readonly stack: CompiledStack | undefined;
  /** The workspace's functions, by path. */
  readonly functions: ReadonlyMap<string, CompiledFunction> | undefined;
}

/** A step as it was counted. */
export interface CountedStep {
  readonly step: number;
  readonly frame: string;
  readonly effect: string;
  readonly afterAnswer: boolean;
}

/**
 * A step as people find it: number, id, function, place; in a called function or a branch also `within`, the way there:
 * `pricing/total > branch tax`. After a publication that took the way away only the numbers are known.
 */
export function describeStep({ step, frame, effect, afterAnswer }: CountedStep, names: StepNames): ValueObject {
  const found = follow(frame, names);
  const info = found.stack?.steps.find((one) => one.number === step);
  const described: Record<string, Value> = { number: step, id: info?.id ?? null, function: info?.function ?? effect };
  if (info !== undefined) {
    described.file = info.span.source.path;
    described.pointer = info.pointer;
  }
  if (frame !== '') described.within = found.way;
  if (afterAnswer) described.after_answer = true;
  return described;
}

interface Followed {
  readonly stack: CompiledStack | undefined;
  readonly way: string;
}

/** Follows a frame (`3>` a call by step 3, `2#0>` the first branch of step 2) to the stack that it stands for. */
function follow(frame: string, { stack, functions }: StepNames): Followed {
  let at = stack;
  const way: string[] = [];
  for (const [, step, branch] of frame.matchAll(/(\d+)(?:#(\d+))?>/g)) {
    const statement = at === undefined ? undefined : entered(at, Number(step));
    if (statement?.op === 'parallel' && branch !== undefined) {
      way.push(`branch ${statement.branches[Number(branch)]?.name ?? branch}`);
    } else if (statement?.op === 'run_function' && branch === undefined) {
      at = functions?.get(statement.name)?.stack;
      way.push(statement.name);
    } else return { stack: undefined, way: frame };
  }
  return { stack: at, way: way.join(' > ') };
}

/** What a step enters: a function or branches. */
function entered(stack: CompiledStack, step: number): IrStatement | undefined {
  for (const one of statementsOf(stack.ir))
    if (one.step === step && (one.statement.op === 'run_function' || one.statement.op === 'parallel')) return one.statement;
  return undefined;
}
