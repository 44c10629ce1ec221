/** Calls to other servers that wait in turn although none needs another's answer: what `parallel` could do at the same time. */
import { slotsOf } from '../4-emit/slots.ts';
import { innerBlocks } from '../4-emit/stack.ts';
import type { CompiledStack } from '../compiled.ts';
import type { IrBlock, IrExpression, IrStep } from '../ir.ts';

/** Methods that only read: which of them comes first makes no difference over there. */
const readingMethods: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/**
 * Groups of steps, by number: each stands right behind the one before it, calls another server by GET or HEAD (written out, or
 * by default), and reads no variable that another one of the group makes. Calls beyond that are not judged.
 */
export function independentCalls(stack: CompiledStack): readonly (readonly number[])[] {
  const functions = new Map(stack.steps.map((step) => [step.number, step.function]));
  const isCall = (step: IrStep): boolean => functions.get(step.step) === 'external_api_request' && onlyReads(step);
  const groups: number[][] = [];
  const visit = (block: IrBlock): void => {
    let group: IrStep[] = [];
    const close = (): void => {
      if (group.length > 1) groups.push(group.map((step) => step.step));
      group = [];
    };
    for (const step of block) {
      if (!isCall(step) || touches(step, group)) close();
      if (isCall(step)) group.push(step);
      for (const statement of step.statements) for (const inner of innerBlocks(statement)) visit(inner);
    }
    close();
  };
  visit(stack.ir);
  return groups;
}

/** Whether a step reads or writes what one of the others writes. */
function touches(step: IrStep, others: readonly IrStep[]): boolean {
  const own = slotsOf([step]);
  const { written } = slotsOf(others);
  return [...own.read, ...own.written].some((slot) => written.has(slot));
}

function onlyReads({ statements }: IrStep): boolean {
  const [only, ...more] = statements;
  if (only?.op !== 'invoke' || more.length > 0 || only.args.op !== 'object') return false;
  const method: IrExpression | undefined = only.args.entries.find(([name]) => name === 'method')?.[1];
  if (method === undefined) return true;
  return method.op === 'constant' && (method.value === null || readingMethods.has(String(method.value).toUpperCase()));
}
