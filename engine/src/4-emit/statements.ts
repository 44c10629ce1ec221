/** Emits statements. One emitter makes one function: a stack, or a branch or afterthought inside it. */
import type { IrBlock, IrExpression, IrStatement, IrStep } from '../ir.ts';
import { type Code, code, commaList, literal, name } from './code.ts';
import { type Constants, ExpressionEmitter } from './expression.ts';
import { slotsOf } from './slots.ts';

/** How a function is emitted. */
export interface Variant {
  /** Awaits at effects and lets others go first; otherwise no promise at all. */
  readonly awaits: boolean;
  /** Tells the observer of each step. */
  readonly instrumented: boolean;
}

type Way = 'return' | 'break' | 'continue';
const ways: readonly Way[] = ['return', 'break', 'continue'];

/**
 * A block that has work at its end (a commit, a savepoint's release). return, break and continue inside it note which of them it
 * was and go to the block's end; behind its work they go on. So `finally` runs before the commit, and no `try` inside the block
 * sees the commit's error.
 */
interface Exit {
  readonly label: Code;
  /** Variable that holds how the block was left: 0, or the place of the way in `ways`, from 1. */
  readonly flag: Code;
  /** Variable that holds the value of the return. */
  readonly value: Code;
  /** Ways by which it is left. */
  readonly used: Set<Way>;
}

interface Place {
  /** Label of the innermost loop, and how many exits lie outside it. */
  readonly loop: { readonly label: Code; readonly exits: number } | null;
  readonly exits: readonly Exit[];
  /** Variable that holds the step under way. */
  readonly step: Code;
}

export class StatementEmitter {
  readonly #variant: Variant;
  readonly #constants: Constants;
  readonly #expressions: ExpressionEmitter;
  readonly #steps: Code;
  readonly #label: Code;
  #unique = 0;

  /** @param steps - the constant that holds the stack's table of steps */
  constructor(variant: Variant, constants: Constants, steps: Code, label: string) {
    this.#variant = variant;
    this.#constants = constants;
    this.#expressions = new ExpressionEmitter(constants);
    this.#steps = steps;
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
    const step = this.#name('s');
    const place: Place = { loop: null, exits: [], step };
    const declarations = slots.map((slot) => {
      const outer = inherited.get(slot);
      return code`${name(`v${slot}`)} = ${outer === undefined ? code`null` : name(`v${outer}`)}`;
    });
    const declared = slots.length === 0 ? code`` : code`let ${commaList(declarations)};`;
    const answer = end === null ? code`null` : this.#expressions.emit(end);
    const error = this.#name('e');
    return code`let ${step} = ${around ?? block[0]?.step ?? 0};
${declared}
try {
${this.#block(block, place)}
${step} = ${around ?? 0};
return ${answer};
} catch (${error}) { throw h.located(${error}, ${this.#steps}, ${step}); }`;
  }

  #name(prefix: string): Code {
    this.#unique += 1;
    return name(`${prefix}${this.#unique}`);
  }

  #await(call: Code): Code {
    return this.#variant.awaits ? code`await ${call}` : call;
  }

  /** Charges the budget for a basic block, and looks at the clock now and then. */
  #charge(steps: number): Code {
    if (steps === 0) return code``;
    const tick = this.#variant.awaits ? code`if (run.tick()) await run.pause();` : code`h.tick(run);`;
    return code`if ((run.steps -= ${steps}) < run.tickAt) { ${tick} }`;
  }

  #block(block: IrBlock, place: Place): Code {
    return code`${this.#charge(block.length)}
${block.map((step) => this.#step(step, place))}`;
  }

  #step(step: IrStep, place: Place): Code {
    const body = code`${place.step} = ${step.step};
${step.statements.map((statement) => this.#statement(statement, step.step, place))}`;
    if (!this.#variant.instrumented || step.step === 0) return body;
    const error = this.#name('e');
    const thrown = this.#name('o');
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
    const x = this.#expressions;
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
        const args = commaList([code`run`, code`${step}`, this.#constants.add(s.plan), x.emit(s.args)]);
        const call = code`${this.#constants.add(s.invoke)}(${args})`;
        return this.#into(s.into, s.awaits ? this.#await(call) : call);
      }
      case 'run_function':
        return this.#into(
          s.into,
          this.#await(
            code`h.call${this.#variant.awaits ? code`` : code`Pure`}(run, ${step}, ${this.#constants.add(s)}, ${x.emit(s.input)})`,
          ),
        );
      case 'if':
        return code`if (${x.condition(s.condition)}) {
${this.#block(s.then, place)}
}${
          s.otherwise.length === 0
            ? code``
            : code` else {
${this.#block(s.otherwise, place)}
}`
        }`;
      case 'switch':
        return this.#switch(s, place);
      case 'for_each':
        return this.#forEach(s, place);
      case 'while':
        return this.#loop(
          place,
          (label, inner) => code`${label}: while (true) {
${this.#charge(1)}
${place.step} = ${step};
if (!(${x.condition(s.condition)})) break;
${this.#block(s.block, inner)}
}`,
        );
      case 'break':
      case 'continue':
        return this.#jump(s.op, place);
      case 'return':
        return this.#return(s, place);
      case 'throw':
        return this.#throw(s);
      case 'try':
        return this.#try(s, step, place);
      case 'group':
        return code`{
${this.#block(s.block, place)}
}`;
      case 'parallel':
        return this.#parallel(s, step);
      case 'transaction':
        return this.#transaction(s, step, place);
      case 'post_process':
        return this.#postProcess(s, step);
    }
  }

  #into(slot: number | null, value: Code): Code {
    return slot === null ? code`${value};` : code`${name(`v${slot}`)} = ${value};`;
  }

  #switch(s: IrStatement & { op: 'switch' }, place: Place): Code {
    const value = this.#name('x');
    let chain = code`{
${this.#block(s.otherwise, place)}
}`;
    for (const c of [...s.cases].reverse()) {
      const tests = c.when.map((when) => code`h.equals(${value}, ${this.#expressions.emit(when)})`);
      const test = tests.length === 0 ? code`false` : tests.reduce((a, b) => code`${a} || ${b}`);
      chain = code`if (${test}) {
${this.#block(c.block, place)}
} else ${chain}`;
    }
    return code`{ const ${value} = ${this.#expressions.emit(s.value)};
${chain} }`;
  }

  #loop(place: Place, make: (label: Code, inner: Place) => Code): Code {
    const label = this.#name('L');
    return make(label, { ...place, loop: { label, exits: place.exits.length } });
  }

  #forEach(s: IrStatement & { op: 'for_each' }, place: Place): Code {
    const x = this.#expressions;
    const over = this.#name('q');
    const n = this.#name('n');
    const item = name(`v${s.item}`);
    const second = s.second === null ? null : name(`v${s.second}`);
    return this.#loop(place, (label, inner) => {
      const body = code`${this.#charge(1)}
${this.#block(s.block, inner)}`;
      if (s.over.kind === 'range') {
        const range = code`h.rangeOf(${x.emit(s.over.from)}, ${x.emit(s.over.to)}, ${x.emit(s.over.step)})`;
        return code`{ const ${over} = ${range};
${label}: for (let ${n} = 0; ${n} < ${over}.count; ${n}++) {
${item} = ${over}.from + ${n} * ${over}.step;
${second === null ? code`` : code`${second} = ${n};`}
${body}
} }`;
      }
      const list = s.over.kind === 'list' ? code`h.listOf(${x.emit(s.over.list)})` : code`h.entriesOf(${x.emit(s.over.object)})`;
      const current = s.over.kind === 'list' ? code`${item} = ${over}[${n}];` : code`${item} = ${over}[${n}][1];`;
      const other = s.over.kind === 'list' ? n : code`${over}[${n}][0]`;
      return code`{ const ${over} = ${list};
${label}: for (let ${n} = 0; ${n} < ${over}.length; ${n}++) {
${current}
${second === null ? code`` : code`${second} = ${other};`}
${body}
} }`;
    });
  }

  #exit(): Exit {
    return { label: this.#name('L'), flag: this.#name('n'), value: this.#name('x'), used: new Set() };
  }

  /** Leaves for the end of the innermost block that has work there; `far` is what leaves where there is none between. */
  #leave(way: Way, place: Place, outside: number, far: Code): Code {
    const exit = place.exits.at(-1);
    if (exit === undefined || place.exits.length <= outside) return far;
    exit.used.add(way);
    return code`${exit.flag} = ${ways.indexOf(way) + 1}; break ${exit.label};`;
  }

  #jump(op: 'break' | 'continue', place: Place): Code {
    if (place.loop === null) throw new Error(`${op} outside a loop`);
    const word = op === 'break' ? code`break` : code`continue`;
    return this.#leave(op, place, place.loop.exits, code`${word} ${place.loop.label};`);
  }

  /** Returns a value that stands in a variable. */
  #returnValue(value: Code, place: Place): Code {
    const exit = place.exits.at(-1);
    const keep = exit === undefined ? code`` : code`${exit.value} = ${value}; `;
    return code`${keep}${this.#leave('return', place, 0, code`return ${value};`)}`;
  }

  /** Variables of an exit. */
  #declareExit(exit: Exit): Code {
    return exit.used.size === 0 ? code`` : code`let ${exit.flag} = 0, ${exit.value} = null;`;
  }

  /** Behind a block's work: goes on where the block was left for. `place` is the block's own. */
  #goOn(exit: Exit, place: Place): Code {
    const lines = ways
      .filter((way) => exit.used.has(way))
      .map((way) => {
        const leave = way === 'return' ? this.#returnValue(exit.value, place) : this.#jump(way, place);
        return code`if (${exit.flag} === ${ways.indexOf(way) + 1}) { ${leave} }`;
      });
    return code`${lines}`;
  }

  #return(s: IrStatement & { op: 'return' }, place: Place): Code {
    const x = this.#expressions;
    const value = this.#name('x');
    const answer =
      s.status === null && s.headers === null
        ? code``
        : code`h.answer(run, ${s.status === null ? code`null` : x.emit(s.status)}, ${s.headers === null ? code`null` : x.emit(s.headers)});`;
    return code`{ const ${value} = ${x.emit(s.value)};
${answer}
${this.#returnValue(value, place)} }`;
  }

  #throw(s: IrStatement & { op: 'throw' }): Code {
    const part = (e: IrExpression | null): Code => (e === null ? code`null` : this.#expressions.emit(e));
    return code`throw h.thrown(${part(s.code)}, ${part(s.message)}, ${part(s.status)}, ${part(s.data)}, ${s.precondition ? code`true` : code`false`});`;
  }

  #try(s: IrStatement & { op: 'try' }, step: number, place: Place): Code {
    const attempt = this.#variant.awaits ? this.#savedAttempt(s, step, place) : this.#attempt(s, place);
    if (s.finally === null)
      return code`{
${attempt}
}`;
    const skip = this.#name('q');
    const pending = this.#name('n');
    const passing = this.#name('x');
    const replaced = this.#name('o');
    return code`{ let ${skip} = false, ${pending} = null;
try {
${attempt}
} catch (${passing}) { ${pending} = h.located(${passing}, ${this.#steps}, ${place.step}); ${skip} = h.skipsFinally(${pending}); throw ${pending}; }
finally { if (!${skip}) { try {
${this.#block(s.finally, place)}
} catch (${replaced}) { throw h.replaced(${replaced}, ${pending}, ${this.#steps}, ${place.step}); } } } }`;
  }

  /** Without a transaction, as nothing is awaited. */
  #attempt(s: IrStatement & { op: 'try' }, place: Place): Code {
    const error = this.#name('e');
    const caught = this.#name('c');
    return code`try {
${this.#block(s.body, place)}
} catch (${error}) {
const ${caught} = h.caught(${error}, ${this.#steps}, ${place.step});
${this.#catch(s, caught, place)}
}`;
  }

  /** Without `catch` the error goes on. */
  #catch(s: IrStatement & { op: 'try' }, caught: Code, place: Place): Code {
    if (s.catch === null) return code`throw ${caught};`;
    return code`${s.error === null ? code`` : code`${name(`v${s.error}`)} = h.errorValue(${caught});`}
${this.#block(s.catch, place)}`;
  }

  /** With a savepoint, where a transaction is open. */
  #savedAttempt(s: IrStatement & { op: 'try' }, step: number, place: Place): Code {
    const mark = this.#name('p');
    const error = this.#name('e');
    const caught = this.#name('c');
    const exit = this.#exit();
    const body = this.#block(s.body, { ...place, exits: [...place.exits, exit] });
    const undo = this.#catch(s, caught, place);
    return code`${this.#declareExit(exit)}
const ${mark} = run.transactionDepth > 0 ? await h.begin(run, ${step}, null) : null;
try {
${exit.label}: {
${body}
}
if (${mark} !== null) { ${place.step} = ${step}; await h.commit(run, ${step}, ${mark}); }
} catch (${error}) {
const ${caught} = h.caught(${error}, ${this.#steps}, ${place.step});
${exit.used.size === 0 ? code`` : code`${exit.flag} = 0;`}
if (${mark} !== null) { ${place.step} = ${step}; await h.rollback(run, ${step}, ${mark}); }
${undo}
}
${this.#goOn(exit, place)}`;
  }

  #transaction(s: IrStatement & { op: 'transaction' }, step: number, place: Place): Code {
    const mark = this.#name('p');
    const error = this.#name('e');
    const found = this.#name('o');
    const exit = this.#exit();
    const block = this.#block(s.block, { ...place, exits: [...place.exits, exit] });
    const body = (failed: Code): Code => code`${this.#declareExit(exit)}
const ${mark} = await h.begin(run, ${step}, ${literal(s.isolation)});
try {
${exit.label}: {
${block}
}
${place.step} = ${step};
await h.commit(run, ${step}, ${mark});
} catch (${error}) {
const ${found} = h.located(${error}, ${this.#steps}, ${place.step});
${place.step} = ${step};
await h.rollback(run, ${step}, ${mark});
${failed}
throw ${found};
}
${this.#goOn(exit, place)}`;
    if (s.retries === 0 || s.nested)
      return code`{
${body(code``)}
}`;
    const label = this.#name('L');
    const attempt = this.#name('a');
    const saved = this.#name('c');
    const slots = [...slotsOf(s.block).written].map((slot) => name(`v${slot}`));
    const list = code`[${commaList(slots)}]`;
    const restore = slots.length === 0 ? code`` : code`${list} = ${saved};`;
    return code`{ const ${saved} = ${list};
${label}: for (let ${attempt} = 0; ; ${attempt}++) {
${body(code`if (h.mayRetry(run, ${error}, ${attempt}, ${s.retries})) { ${restore} continue ${label}; }`)}
break ${label};
} }`;
  }

  #parallel(s: IrStatement & { op: 'parallel' }, step: number): Code {
    const word = this.#variant.awaits ? code`async ` : code``;
    const branches = s.branches.map((branch) => {
      const use = slotsOf(branch.block);
      const inherited = new Map(branch.inherited);
      const end: IrExpression | null = branch.lastResult === null ? null : { op: 'slot', slot: branch.lastResult };
      return code`${word}(run) => {
${this.functionBody(branch.block, [...new Set([...use.written, ...inherited.keys()])], end, inherited, step)}
}`;
    });
    const names = this.#constants.add(s.branches.map((b) => b.name));
    const helper = this.#variant.awaits ? code`await h.parallel` : code`h.parallelPure`;
    return this.#into(s.into, code`${helper}(run, ${step}, ${names}, [${commaList(branches)}])`);
  }

  /** The steps see copies of the variables as they are here. */
  #postProcess(s: IrStatement & { op: 'post_process' }, step: number): Code {
    const use = slotsOf(s.block);
    const copied = [...new Set([...use.read, ...use.written])].sort((a, b) => a - b).map((slot) => name(`v${slot}`));
    return code`h.after(run, ((${commaList(copied)}) => async (run) => {
${this.functionBody(s.block, [], null, new Map(), step)}
})(${commaList(copied)}));`;
  }
}

/** Whether evaluating it can make a text or list that is larger than any that exists. */
function grows(e: IrExpression): boolean {
  return (
    (e.op === 'binary' && (e.operator === '+' || e.operator === '~')) ||
    e.op === 'template' ||
    e.op === 'filter' ||
    e.op === 'conditional' ||
    e.op === 'and' ||
    e.op === 'or' ||
    e.op === 'coalesce'
  );
}
