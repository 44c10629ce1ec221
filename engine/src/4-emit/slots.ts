/** Which slots a block writes, and which it touches at all: what inner functions must declare, copy or put back. */
import type { IrBlock, IrExpression, IrLambda, IrStatement } from '../ir.ts';

interface SlotUse {
  readonly written: Set<number>;
  readonly read: Set<number>;
}

/** Slots of a block, everything below it included. */
export function slotsOf(block: IrBlock): SlotUse {
  const use: SlotUse = { written: new Set(), read: new Set() };
  visitBlock(block, use);
  return use;
}

function visitBlock(block: IrBlock, use: SlotUse): void {
  for (const step of block) for (const statement of step.statements) visitStatement(statement, use);
}

function write(slot: number | null, use: SlotUse): void {
  if (slot !== null) use.written.add(slot);
}

function visitStatement(s: IrStatement, use: SlotUse): void {
  const read = (...expressions: readonly (IrExpression | null)[]): void => {
    for (const e of expressions) if (e !== null) visitExpression(e, use);
  };
  switch (s.op) {
    case 'assign':
      write(s.slot, use);
      read(s.value);
      return;
    case 'assign_path':
      write(s.slot, use);
      use.read.add(s.slot);
      for (const part of s.path) if (part.kind === 'index') read(part.index);
      read(s.value);
      return;
    case 'invoke':
      write(s.into, use);
      read(s.args);
      return;
    case 'run_function':
      write(s.into, use);
      read(s.input);
      return;
    case 'if':
      read(s.condition);
      visitBlock(s.then, use);
      visitBlock(s.otherwise, use);
      return;
    case 'switch':
      read(s.value);
      for (const c of s.cases) {
        read(...c.when);
        visitBlock(c.block, use);
      }
      visitBlock(s.otherwise, use);
      return;
    case 'for_each':
      write(s.item, use);
      write(s.second, use);
      if (s.over.kind === 'list') read(s.over.list);
      else if (s.over.kind === 'object') read(s.over.object);
      else read(s.over.from, s.over.to, s.over.step);
      visitBlock(s.block, use);
      return;
    case 'while':
      read(s.condition);
      visitBlock(s.block, use);
      return;
    case 'break':
    case 'continue':
      return;
    case 'return':
      read(s.value, s.status, s.headers);
      return;
    case 'throw':
      read(s.code, s.message, s.status, s.data);
      return;
    case 'try':
      write(s.error, use);
      visitBlock(s.body, use);
      visitBlock(s.catch ?? [], use);
      visitBlock(s.finally ?? [], use);
      return;
    case 'parallel':
      write(s.into, use);
      for (const branch of s.branches) {
        visitBlock(branch.block, use);
        if (branch.lastResult !== null) use.read.add(branch.lastResult);
        for (const [, outer] of branch.inherited) use.read.add(outer);
      }
      return;
    case 'group':
    case 'transaction':
    case 'post_process':
      visitBlock(s.block, use);
      return;
  }
}

function visitExpression(e: IrExpression | IrLambda, use: SlotUse): void {
  const all = (...parts: readonly (IrExpression | IrLambda)[]): void => {
    for (const part of parts) visitExpression(part, use);
  };
  switch (e.op) {
    case 'slot':
      use.read.add(e.slot);
      return;
    case 'member':
      all(e.object);
      return;
    case 'index':
      all(e.object, e.index);
      return;
    case 'not':
    case 'negate':
    case 'is_null':
      all(e.operand);
      return;
    case 'binary':
    case 'and':
    case 'or':
    case 'coalesce':
      all(e.left, e.right);
      return;
    case 'conditional':
      all(e.test, e.then, e.otherwise);
      return;
    case 'filter':
      all(e.input, ...e.args);
      return;
    case 'lambda':
      all(e.body);
      return;
    case 'list':
      all(...e.items);
      return;
    case 'object':
      all(...e.entries.map(([, value]) => value));
      return;
    case 'template':
      all(...e.parts.filter((part) => typeof part !== 'string'));
      return;
    default:
      return;
  }
}
