/** Which slots a block writes, and which it touches at all: what inner functions must declare, copy or put back. */
import type { IrBlock, IrExpression, IrLambda, IrStatement } from '../3-plan/ir.ts';

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
      return read(s.value);
    case 'assign_path':
      write(s.slot, use);
      use.read.add(s.slot);
      for (const part of s.path) if (part.kind === 'index') read(part.index);
      return read(s.value);
    case 'invoke':
      write(s.into, use);
      return read(s.args);
    case 'run_function':
      write(s.into, use);
      return read(s.input);
    case 'if':
      read(s.condition);
      visitBlock(s.then, use);
      return visitBlock(s.otherwise, use);
    case 'switch':
      read(s.value);
      for (const c of s.cases) {
        read(...c.when);
        visitBlock(c.block, use);
      }
      return visitBlock(s.otherwise, use);
    case 'for_each':
      write(s.item, use);
      write(s.second, use);
      if (s.over.kind === 'list') read(s.over.list);
      else if (s.over.kind === 'object') read(s.over.object);
      else read(s.over.from, s.over.to, s.over.step);
      return visitBlock(s.block, use);
    case 'while':
      read(s.condition);
      return visitBlock(s.block, use);
    case 'break':
    case 'continue':
      return;
    case 'return':
      return read(s.value, s.status, s.headers);
    case 'throw':
      return read(s.code, s.message, s.status, s.data);
    case 'try':
      write(s.error, use);
      visitBlock(s.body, use);
      visitBlock(s.catch ?? [], use);
      return visitBlock(s.finally ?? [], use);
    case 'parallel':
      write(s.into, use);
      for (const branch of s.branches) {
        visitBlock(branch.block, use);
        if (branch.lastResult !== null) use.read.add(branch.lastResult);
      }
      return;
    case 'group':
    case 'transaction':
    case 'post_process':
      return visitBlock(s.block, use);
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
      return all(e.object);
    case 'index':
      return all(e.object, e.index);
    case 'not':
    case 'negate':
    case 'is_null':
      return all(e.operand);
    case 'binary':
    case 'and':
    case 'or':
    case 'coalesce':
      return all(e.left, e.right);
    case 'conditional':
      return all(e.test, e.then, e.otherwise);
    case 'filter':
      return all(e.input, ...e.args);
    case 'lambda':
      return all(e.body);
    case 'list':
      return all(...e.items);
    case 'object':
      return all(...e.entries.map(([, value]) => value));
    case 'template':
      return all(...e.parts.filter((part) => typeof part !== 'string'));
    default:
      return;
  }
}
