/** Emits statements. One emitter makes one function: a stack, or a branch or afterthought inside it. */
import type { IrBlock, IrExpression, IrStatement, IrStep } from '../ir.ts';
import { type Code, code, commaList, literal, name } from './code.ts';
import { type Constants, ExpressionEmitter } from './expression.ts';
import { emitTransaction, emitTry } from './statements/attempts.ts';
import { emitParallel, emitPostProcess } from './statements/branches.ts';
import type { Emitter, Place, Variant } from './statements/emitter.ts';
import { emitJump, emitReturn } from './statements/exits.ts';
import { emitForEach, emitWhile } from './statements/loops.ts';

export class StatementEmitter implements Emitter {
  readonly variant: Variant;
  readonly constants: Constants;
  readonly expressions: ExpressionEmitter;
  readonly steps: Code;
  readonly #label: Code;
  #unique = 0;

  /** @param steps - the constant that holds the stack's table of steps */
  constructor(variant: Variant, constants: Constants, steps: Code, label: string) {
    this.variant = variant;
    this.constants = constants;
    this.expressions = new ExpressionEmitter(constants);
    this.steps = steps;
    this.#label = literal(label);
  }

  /**
   * The body of a function over a block; `end` is what it answers when no return runs, `inherited` which slots begin as which
   * outer ones. `around` is the step that a branch or an afterthought belongs to: errors between its own steps are that one's;
   * a stack's are the response's.
   */
  functionBody(
    block: IrBlock,
    slots: readonly number[],
    end: IrExpression | null,
    inherited: ReadonlyMap<number, number> = new Map(),
    around?: number,
  ): Code {
    const step = this.name('s');
    const place: Place = { loop: null, exits: [], step };
    const declarations = slots.map((slot) => {
      const outer = inherited.get(slot);
      return code`${name(`v${slot}`)} = ${outer === undefined ? code`null` : name(`v${outer}`)}`;
    });
    const variables = slots.length === 0 ? code`` : code`let ${commaList(declarations)};`;
    const { declared, body } = this.expressions.inside(
      () => code`${this.block(block, place)}
${step} = ${around ?? 0};
return ${end === null ? code`null` : this.expressions.emit(end)};`,
    );
    const error = this.name('e');
    return code`let ${step} = ${around ?? block[0]?.step ?? 0};
${variables}
${declared ?? code``}
try {
${body}
} catch (${error}) { throw h.located(${error}, ${this.steps}, ${step}); }`;
  }

  name(prefix: string): Code {
    this.#unique += 1;
    return name(`${prefix}${this.#unique}`);
  }

  awaited(call: Code): Code {
    return this.variant.awaits ? code`await ${call}` : call;
  }

  /** Charges the budget for a basic block, and looks at the clock now and then. */
  charge(steps: number): Code {
    if (steps === 0) return code``;
    const tick = this.variant.awaits ? code`if (run.tick()) await run.pause();` : code`h.tick(run);`;
    return code`if ((run.steps -= ${steps}) < run.tickAt) { ${tick} }`;
  }

  block(block: IrBlock, place: Place): Code {
    return code`${this.charge(block.length)}
${block.map((step) => this.#step(step, place))}`;
  }

  #step(step: IrStep, place: Place): Code {
    const statements = step.statements.map((statement) => this.#statement(statement, step.step, place));
    if (!this.variant.instrumented && step.statements.every(neverFails)) return code`${statements}`;
    const body = code`${place.step} = ${step.step};
${statements}`;
    if (!this.variant.instrumented || step.step === 0) return body;
    const error = this.name('e');
    const thrown = this.name('o');
    const into = step.statements
      .map((s) => ('into' in s ? s.into : s.op === 'assign' || s.op === 'assign_path' ? s.slot : null))
      .find((slot) => slot !== null);
    const value = into === undefined || into === null ? code`undefined` : name(`v${into}`);
    return code`h.enter(run, ${this.#label}, ${step.step});
let ${thrown};
try {
${body}
} catch (${error}) { ${thrown} = ${error}; throw ${error}; } finally { h.leave(run, ${this.#label}, ${step.step}, ${value}, ${thrown}); }`;
  }

  #statement(s: IrStatement, step: number, place: Place): Code {
    const x = this.expressions;
    switch (s.op) {
      case 'assign':
        return code`${name(`v${s.slot}`)} = ${grows(s.value) ? code`h.bounded(run, ${x.emit(s.value)})` : x.emit(s.value)};`;
      case 'assign_path': {
        const path = s.path.map((part) =>
          part.kind === 'member' ? literal(part.name) : code`h.pathIndex(${x.emit(part.index)})`,
        );
        const slot = name(`v${s.slot}`);
        return code`${slot} = h.setPath(run, ${slot}, [${commaList(path)}], ${x.emit(s.value)});`;
      }
      case 'invoke': {
        const args = commaList([code`run`, code`${step}`, this.constants.add(s.plan), x.emit(s.args)]);
        const call = code`${this.constants.add(s.invoke)}(${args})`;
        return this.into(s.into, s.awaits ? this.awaited(call) : call);
      }
      case 'run_function':
        return this.into(
          s.into,
          this.awaited(
            code`h.call${this.variant.awaits ? code`` : code`Pure`}(run, ${step}, ${this.constants.add(s)}, ${x.emit(s.input)})`,
          ),
        );
      case 'if':
        return code`if (${x.condition(s.condition)}) {
${this.block(s.then, place)}
}${
          s.otherwise.length === 0
            ? code``
            : code` else {
${this.block(s.otherwise, place)}
}`
        }`;
      case 'switch':
        return this.#switch(s, place);
      case 'for_each':
        return emitForEach(this, s, step, place);
      case 'while':
        return emitWhile(this, s, step, place);
      case 'break':
      case 'continue':
        return emitJump(s.op, place);
      case 'return':
        return emitReturn(this, s, place);
      case 'throw':
        return this.#throw(s);
      case 'try':
        return emitTry(this, s, step, place);
      case 'group':
        return code`{
${this.block(s.block, place)}
}`;
      case 'parallel':
        return emitParallel(this, s, step);
      case 'transaction':
        return emitTransaction(this, s, step, place);
      case 'post_process':
        return emitPostProcess(this, s, step);
    }
  }

  into(slot: number | null, value: Code): Code {
    return slot === null ? code`${value};` : code`${name(`v${slot}`)} = ${value};`;
  }

  #switch(s: IrStatement & { op: 'switch' }, place: Place): Code {
    const value = this.name('x');
    let chain = code`{
${this.block(s.otherwise, place)}
}`;
    for (const c of [...s.cases].reverse()) {
      const tests = c.when.map((when) => code`h.equals(${value}, ${this.expressions.emit(when)})`);
      const test = tests.length === 0 ? code`false` : tests.reduce((a, b) => code`${a} || ${b}`);
      chain = code`if (${test}) {
${this.block(c.block, place)}
} else ${chain}`;
    }
    return code`{ const ${value} = ${this.expressions.emit(s.value)};
${chain} }`;
  }

  #throw(s: IrStatement & { op: 'throw' }): Code {
    const part = (e: IrExpression | null): Code => (e === null ? code`null` : this.expressions.emit(e));
    return code`throw h.thrown(${part(s.code)}, ${part(s.message)}, ${part(s.status)}, ${part(s.data)}, ${s.precondition ? code`true` : code`false`});`;
  }
}

/** Whether evaluating it can make a text or list that is larger than any that exists. */
function grows(e: IrExpression): boolean {
  switch (e.op) {
    case 'template':
    case 'filter':
      return true;
    case 'binary':
      // Ints stay ints, and texts expected to be texts are bounded where they are joined.
      return e.operator === '+' ? e.sides !== 'int' : e.operator === '~' && e.sides !== 'text';
    case 'conditional':
      return grows(e.then) || grows(e.otherwise);
    case 'and':
    case 'or':
    case 'coalesce':
      return grows(e.left) || grows(e.right);
    default:
      return false;
  }
}

/** Whether no error can come of it, so that nobody asks which step it was. */
const neverFails = (s: IrStatement): boolean => s.op === 'assign' && onlyReads(s.value);

function onlyReads(e: IrExpression): boolean {
  switch (e.op) {
    case 'constant':
    case 'slot':
    case 'local':
    case 'root':
      return true;
    case 'member':
      return onlyReads(e.object);
    case 'coalesce':
      return onlyReads(e.left) && onlyReads(e.right);
    default:
      return false;
  }
}
