/**
 * Which database steps answer rows that their stack only passes on: those may stay the JSON that they leave as. A variable may
 * go out whole, in the response or in what `return` answers, and it may be asked whether it is there; everything else looks
 * inside, and then the rows are objects. All uses and all assignments of a variable count, wherever they stand.
 */
import type { IrBlock, IrExpression, IrLambda, IrStatement } from '../ir.ts';
import { type DatabasePlan, isDatabasePlan, type RowsForm } from './sql/query-plan.ts';

/** What an expression's value is for: to go out, to be asked whether it is there, or something that looks inside (said by a text). */
type Purpose = 'out' | 'condition' | { readonly inside: string };

/** A place that looks inside a variable. */
interface Look {
  /** Number of the step; 0 is the response. */
  readonly step: number;
  readonly because: string;
}

/** Notes on the plan of every database step in which form its rows go on. */
export function markPassedOn(block: IrBlock, response: IrExpression | null): IrBlock {
  const looks = new Looks(block, response);
  return markBlock(block, (plan, into) => ({ ...plan, form: looks.formOf(plan, into) }));
}

/** The same where nothing is passed on, for this reason. */
export function markObjects(block: IrBlock, because: string): IrBlock {
  return markBlock(block, (plan) => ({ ...plan, form: { as: 'objects', because } }));
}

type Mark = (plan: DatabasePlan, into: number | null) => DatabasePlan;

function markBlock(block: IrBlock, mark: Mark): IrBlock {
  return block.map((step) => ({ ...step, statements: step.statements.map((statement) => markStatement(statement, mark)) }));
}

function markStatement(s: IrStatement, mark: Mark): IrStatement {
  switch (s.op) {
    case 'invoke':
      return isDatabasePlan(s.plan) && s.plan.answers !== undefined ? { ...s, plan: mark(s.plan, s.into) } : s;
    case 'if':
      return { ...s, then: markBlock(s.then, mark), otherwise: markBlock(s.otherwise, mark) };
    case 'switch':
      return {
        ...s,
        cases: s.cases.map((c) => ({ ...c, block: markBlock(c.block, mark) })),
        otherwise: markBlock(s.otherwise, mark),
      };
    case 'try':
      return {
        ...s,
        body: markBlock(s.body, mark),
        catch: s.catch === null ? null : markBlock(s.catch, mark),
        finally: s.finally === null ? null : markBlock(s.finally, mark),
      };
    case 'parallel':
      return { ...s, branches: s.branches.map((branch) => ({ ...branch, block: markBlock(branch.block, mark) })) };
    case 'for_each':
    case 'while':
    case 'group':
    case 'transaction':
    case 'post_process':
      return { ...s, block: markBlock(s.block, mark) };
    default:
      return s;
  }
}

/** Where a stack looks inside its variables. */
class Looks {
  /** Looks that no form of rows but objects allows; the first of each slot. */
  readonly #inside = new Map<number, Look>();
  /** Members that are read: a page is an object in any case, with rows in its `items` only. */
  readonly #members = new Map<number, Look>();
  #step = 0;
  /** What `return` gives is the stack's answer: not inside a parallel branch. */
  #returnsAnswer = true;

  constructor(block: IrBlock, response: IrExpression | null) {
    this.#block(block);
    this.#step = 0;
    if (response !== null) this.#expression(response, 'out');
  }

  formOf(plan: DatabasePlan, into: number | null): RowsForm {
    const { answers } = plan;
    if (answers === undefined) throw new Error('only steps that answer rows have a form of them');
    if (typeof answers !== 'string') return { as: 'objects', ...answers };
    const look =
      into === null ? undefined : (this.#inside.get(into) ?? (answers === 'page' ? undefined : this.#members.get(into)));
    return look === undefined ? { as: 'json' } : { as: 'objects', ...look };
  }

  #note(looks: Map<number, Look>, slot: number, because: string): void {
    if (!looks.has(slot)) looks.set(slot, { step: this.#step, because });
  }

  #block(block: IrBlock): void {
    for (const step of block)
      for (const statement of step.statements) {
        this.#step = step.step;
        this.#statement(statement);
      }
  }

  #statement(s: IrStatement): void {
    switch (s.op) {
      case 'assign':
        this.#expression(s.value, { inside: 'assigns it to another variable' });
        return;
      case 'assign_path':
        this.#note(this.#inside, s.slot, 'changes a part of it');
        for (const part of s.path) if (part.kind === 'index') this.#expression(part.index, index);
        this.#expression(s.value, { inside: 'puts it into another variable' });
        return;
      case 'invoke':
        this.#expression(s.args, { inside: 'uses it as a parameter' });
        return;
      case 'run_function':
        this.#expression(s.input, { inside: `gives it to the function ${s.name}` });
        return;
      case 'if':
        this.#expression(s.condition, 'condition');
        this.#block(s.then);
        this.#block(s.otherwise);
        return;
      case 'switch':
        for (const e of [s.value, ...s.cases.flatMap((c) => c.when)]) this.#expression(e, { inside: 'compares it' });
        for (const c of s.cases) this.#block(c.block);
        this.#block(s.otherwise);
        return;
      case 'for_each':
        for (const e of iterated(s.over)) this.#expression(e, { inside: 'loops over it' });
        this.#block(s.block);
        return;
      case 'while':
        this.#expression(s.condition, 'condition');
        this.#block(s.block);
        return;
      case 'return':
        this.#expression(s.value, this.#returnsAnswer ? 'out' : { inside: 'answers a branch with it' });
        for (const e of [s.status, s.headers]) if (e !== null) this.#expression(e, { inside: 'makes status or headers of it' });
        return;
      case 'throw':
        for (const e of [s.code, s.message, s.status, s.data])
          if (e !== null) this.#expression(e, { inside: 'throws it in an error' });
        return;
      case 'try':
        for (const block of [s.body, s.catch, s.finally]) if (block !== null) this.#block(block);
        return;
      case 'parallel':
        this.#parallel(s);
        return;
      case 'group':
      case 'transaction':
      case 'post_process':
        this.#block(s.block);
        return;
      case 'break':
      case 'continue':
        return;
    }
  }

  #parallel({ branches }: IrStatement & { op: 'parallel' }): void {
    const outside = { step: this.#step, returnsAnswer: this.#returnsAnswer };
    for (const { block, lastResult, inherited } of branches) {
      this.#step = outside.step;
      if (lastResult !== null) this.#note(this.#inside, lastResult, 'answers a branch with it');
      for (const [, outer] of inherited) this.#note(this.#inside, outer, 'begins a variable of a branch with it');
      this.#returnsAnswer = false;
      this.#block(block);
      this.#returnsAnswer = outside.returnsAnswer;
    }
  }

  #expression(e: IrExpression | IrLambda, purpose: Purpose): void {
    switch (e.op) {
      case 'slot':
        if (typeof purpose === 'object') this.#note(this.#inside, e.slot, purpose.inside);
        return;
      case 'member':
        this.#member(e.object, e.name, purpose);
        return;
      case 'index':
        this.#expression(e.object, { inside: 'reads an item of it' });
        this.#expression(e.index, index);
        return;
      case 'not':
      case 'is_null':
        this.#expression(e.operand, 'condition');
        return;
      case 'negate':
        this.#expression(e.operand, { inside: 'computes with it' });
        return;
      case 'binary':
        this.#binary(e);
        return;
      case 'and':
      case 'or':
      case 'coalesce':
        this.#expression(e.left, purpose);
        this.#expression(e.right, purpose);
        return;
      case 'conditional':
        this.#expression(e.test, 'condition');
        this.#expression(e.then, purpose);
        this.#expression(e.otherwise, purpose);
        return;
      case 'filter':
        for (const part of [e.input, ...e.args]) this.#expression(part, { inside: `gives it to the filter ${e.filter.name}` });
        return;
      case 'lambda':
        this.#expression(e.body, purpose);
        return;
      case 'list':
        for (const item of e.items) this.#expression(item, purpose);
        return;
      case 'object':
        for (const [, value] of e.entries) this.#expression(value, purpose);
        return;
      case 'template':
        for (const part of e.parts) if (typeof part !== 'string') this.#expression(part, { inside: 'makes a text of it' });
        return;
      case 'constant':
      case 'local':
      case 'root':
      case 'effect':
        return;
    }
  }

  #member(object: IrExpression, name: string, purpose: Purpose): void {
    const because = `reads .${name}`;
    if (object.op === 'slot') {
      this.#note(this.#members, object.slot, because);
      if (name === 'items' && typeof purpose === 'object') this.#note(this.#inside, object.slot, purpose.inside);
    } else this.#expression(object, { inside: because });
  }

  /** Comparing with null asks whether it is there; other operators look at the value. */
  #binary({ operator, left, right }: IrExpression & { op: 'binary' }): void {
    const compares = operator === '==' || operator === '!=';
    const purpose = (other: IrExpression): Purpose =>
      compares && other.op === 'constant' && other.value === null ? 'condition' : { inside: `uses it with ${operator}` };
    this.#expression(left, purpose(right));
    this.#expression(right, purpose(left));
  }
}

const index: Purpose = { inside: 'uses it as an index' };

function iterated(over: (IrStatement & { op: 'for_each' })['over']): readonly IrExpression[] {
  if (over.kind === 'list') return [over.list];
  return over.kind === 'object' ? [over.object] : [over.from, over.to, over.step];
}
