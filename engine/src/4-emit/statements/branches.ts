/** Functions inside the function: branches of parallel, and the steps of post_process. */
import type { IrExpression, IrStatement } from '../../ir.ts';
import { type Code, code, commaList, name } from '../code.ts';
import { slotsOf } from '../slots.ts';
import type { Emitter } from './emitter.ts';

/** Branches as functions; each has variables of its own. */
export function emitParallel(emitter: Emitter, s: IrStatement & { op: 'parallel' }, step: number): Code {
  const word = emitter.variant.awaits ? code`async ` : code``;
  const branches = s.branches.map((branch) => {
    const use = slotsOf(branch.block);
    const inherited = new Map(branch.inherited);
    const end: IrExpression | null = branch.lastResult === null ? null : { op: 'slot', slot: branch.lastResult };
    return code`${word}(run) => {
${emitter.functionBody(branch.block, [...new Set([...use.written, ...inherited.keys()])], end, inherited, step)}
}`;
  });
  const names = emitter.constants.add(s.branches.map((b) => b.name));
  const helper = emitter.variant.awaits ? code`await h.parallel` : code`h.parallelPure`;
  return emitter.into(s.into, code`${helper}(run, ${step}, ${names}, [${commaList(branches)}])`);
}

/** The steps see copies of the variables as they are here. */
export function emitPostProcess(emitter: Emitter, s: IrStatement & { op: 'post_process' }, step: number): Code {
  const use = slotsOf(s.block);
  const copied = [...new Set([...use.read, ...use.written])].sort((a, b) => a - b).map((slot) => name(`v${slot}`));
  return code`h.after(run, ((${commaList(copied)}) => async (run) => {
${emitter.functionBody(s.block, [], null, new Map(), step)}
})(${commaList(copied)}));`;
}
