/** How database steps are sent and what their rows become: which connection, and JSON or objects. */
import { isDatabasePlan } from '../3-plan/sql/query-plan.ts';
import { innerBlocks, statementsOf } from '../4-emit/stack.ts';
import type { CompiledStack } from '../compiled.ts';
import type { IrBlock } from '../ir.ts';
import { lineColumn } from '../problems.ts';
import type { Statement } from '../run/statement.ts';
import { wayOf } from '../run/way.ts';

/** A step that sends a statement. */
export interface ExplainedSending {
  readonly step: number;
  /**
   * `shared` on a connection for the statements of many requests, `grouped` there and committed with those of others, `own` on a
   * connection that nobody else uses meanwhile, `transaction` on that of the transaction around the step.
   */
  readonly way: 'shared' | 'grouped' | 'own' | 'transaction';
  readonly because: string;
  /** Null where the rows are not the step's answer: a total, nested rows, whether there is one. */
  readonly rows: { readonly as: 'json' | 'objects'; readonly because: string } | null;
}

/** Tells for the statements of a stack how a step sends them. */
export function sendingsOf(stack: CompiledStack): (step: number, statement: Statement) => ExplainedSending {
  const inTransaction = new Set(stepsInTransactions(stack.ir, false));
  const rows = rowsByStep(stack);
  return (step, statement) => ({
    step,
    ...(inTransaction.has(step)
      ? ({ way: 'transaction', because: 'the step stands inside of a transaction' } as const)
      : wayOf(statement)),
    rows: statement.beside === undefined ? (rows.get(step) ?? null) : null,
  });
}

/** Steps inside of a transaction; what runs after the answer is outside again. */
function* stepsInTransactions(block: IrBlock, inside: boolean): Generator<number> {
  for (const { step, statements } of block) {
    if (inside) yield step;
    for (const s of statements)
      for (const inner of innerBlocks(s))
        yield* stepsInTransactions(inner, s.op === 'transaction' || (inside && s.op !== 'post_process'));
  }
}

function rowsByStep(stack: CompiledStack): ReadonlyMap<number, NonNullable<ExplainedSending['rows']>> {
  const found = new Map<number, NonNullable<ExplainedSending['rows']>>();
  for (const { step, statement } of statementsOf(stack.ir)) {
    if (statement.op !== 'invoke' || !isDatabasePlan(statement.plan)) continue;
    const { form } = statement.plan;
    if (form === undefined) continue;
    if (form.as === 'json') found.set(step, { as: 'json', because: 'the stack only passes them on' });
    else {
      const who = form.step === undefined ? '' : `${placeOf(stack, form.step)} `;
      found.set(step, { as: 'objects', because: `${who}${form.because}` });
    }
  }
  return found;
}

/** `step 3 (line 12)`, or the response. */
function placeOf(stack: CompiledStack, step: number): string {
  const info = stack.steps[step - 1];
  if (info === undefined) return 'the response';
  return `step ${step} (line ${lineColumn(info.span.source.text, info.span.start).line})`;
}
