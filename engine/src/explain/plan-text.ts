/** The intermediate form as text: one line a statement, blocks indented, slots under the names that users gave them. */
import type { IrBlock, IrExpression, IrIteration, IrLambda, IrPathPart, IrStatement, IrStep } from '../ir.ts';
import { encodeJson } from '../values/json.ts';

/** What the texts of a plan are made with. */
export interface PlanNames {
  readonly slotNames: readonly string[];
  /** The function of each step, by the step's number. */
  readonly functions: ReadonlyMap<number, string>;
}

/** The lines of a plan; the answer comes last. */
export function planLines(block: IrBlock, response: IrExpression | null, names: PlanNames): readonly string[] {
  const writer = new PlanWriter(names);
  const lines = writer.block(block, '');
  return response === null ? lines : [...lines, `answer ${writer.expression(response)}`];
}

const binary: Readonly<Record<'and' | 'or' | 'coalesce', string>> = { and: '&&', or: '||', coalesce: '??' };

class PlanWriter {
  readonly #names: PlanNames;

  constructor(names: PlanNames) {
    this.#names = names;
  }

  block(block: IrBlock, indent: string): string[] {
    return block.flatMap((step) => this.#step(step, indent));
  }

  #step(step: IrStep, indent: string): string[] {
    const lines = step.statements.flatMap((statement) => this.#statement(statement, step.step, indent));
    const [first, ...rest] = lines;
    return first === undefined ? [] : [`${first}  # step ${step.step}`, ...rest];
  }

  #slot(slot: number): string {
    return `${this.#names.slotNames[slot] ?? 'slot'}#${slot}`;
  }

  #into(slot: number | null): string {
    return slot === null ? '' : `${this.#slot(slot)} = `;
  }

  #nested(head: string, block: IrBlock, indent: string): string[] {
    return [`${indent}${head}`, ...this.block(block, `${indent}  `)];
  }

  #statement(s: IrStatement, step: number, indent: string): string[] {
    switch (s.op) {
      case 'assign':
        return [`${indent}${this.#slot(s.slot)} = ${this.expression(s.value)}`];
      case 'assign_path':
        return [`${indent}${this.#slot(s.slot)}${s.path.map((p) => this.#part(p)).join('')} = ${this.expression(s.value)}`];
      case 'invoke': {
        const name = this.#names.functions.get(step) ?? 'function';
        return [`${indent}${this.#into(s.into)}${s.awaits ? 'await ' : ''}${name}(${this.expression(s.args)})`];
      }
      case 'run_function':
        return [`${indent}${this.#into(s.into)}run ${s.name}(${this.expression(s.input)})`];
      case 'if':
        return this.#if(s, indent);
      case 'switch':
        return [
          `${indent}switch ${this.expression(s.value)}`,
          ...s.cases.flatMap((c) =>
            this.#nested(`case ${c.when.map((w) => this.expression(w)).join(', ')}`, c.block, `${indent}  `),
          ),
          ...(s.otherwise.length === 0 ? [] : this.#nested('default', s.otherwise, `${indent}  `)),
        ];
      case 'for_each': {
        const second = s.second === null ? '' : `, ${this.#slot(s.second)}`;
        return this.#nested(`for ${this.#slot(s.item)}${second} in ${this.#iteration(s.over)}`, s.block, indent);
      }
      case 'while':
        return this.#nested(`while ${this.expression(s.condition)}`, s.block, indent);
      case 'return':
        return [`${indent}return ${this.expression(s.value)}${this.#options({ status: s.status, headers: s.headers })}`];
      case 'throw': {
        const what = s.precondition ? 'throw precondition' : 'throw';
        return [`${indent}${what}${this.#options({ code: s.code, message: s.message, status: s.status, data: s.data })}`];
      }
      case 'try':
        return [
          ...this.#nested('try', s.body, indent),
          ...(s.catch === null
            ? []
            : this.#nested(`catch ${s.error === null ? '' : this.#slot(s.error)}`.trim(), s.catch, indent)),
          ...(s.finally === null ? [] : this.#nested('finally', s.finally, indent)),
        ];
      case 'group':
        return this.#nested('group', s.block, indent);
      case 'parallel':
        return [
          `${indent}${this.#into(s.into)}parallel`,
          ...s.branches.flatMap((branch) => this.#nested(`branch ${branch.name}`, branch.block, `${indent}  `)),
        ];
      case 'transaction': {
        const kind = s.nested ? 'savepoint' : `transaction ${s.isolation}`;
        return this.#nested(`${kind}${s.retries > 0 ? `, ${s.retries} retries` : ''}`, s.block, indent);
      }
      case 'post_process':
        return this.#nested('after the answer', s.block, indent);
      case 'break':
      case 'continue':
        return [`${indent}${s.op}`];
    }
  }

  #if(s: IrStatement & { readonly op: 'if' }, indent: string): string[] {
    const otherwise = s.otherwise.length === 0 ? [] : this.#nested('else', s.otherwise, indent);
    return [...this.#nested(`if ${this.expression(s.condition)}`, s.then, indent), ...otherwise];
  }

  #options(options: Readonly<Record<string, IrExpression | null>>): string {
    const given = Object.entries(options).flatMap(([name, value]) =>
      value === null ? [] : [`${name} ${this.expression(value)}`],
    );
    return given.length === 0 ? '' : ` (${given.join(', ')})`;
  }

  #iteration(over: IrIteration): string {
    if (over.kind === 'list') return this.expression(over.list);
    if (over.kind === 'object') return `members of ${this.expression(over.object)}`;
    return `${this.expression(over.from)} to ${this.expression(over.to)} by ${this.expression(over.step)}`;
  }

  #part(part: IrPathPart): string {
    return part.kind === 'member' ? `.${part.name}` : `[${this.expression(part.index)}]`;
  }

  /** Every operation stands in brackets of its own: nothing is left to precedence. */
  expression(e: IrExpression | IrLambda): string {
    switch (e.op) {
      case 'constant':
        return encodeJson(e.value, { decimals: 'number' });
      case 'slot':
        return this.#slot(e.slot);
      case 'local':
      case 'root':
        return e.name;
      case 'effect':
        return e.effect;
      case 'member':
        return `${this.expression(e.object)}.${e.name}`;
      case 'index':
        return `${this.expression(e.object)}[${this.expression(e.index)}]`;
      case 'not':
        return `!${this.expression(e.operand)}`;
      case 'negate':
        return `-${this.expression(e.operand)}`;
      case 'binary':
        return `(${this.expression(e.left)} ${e.operator} ${this.expression(e.right)})`;
      case 'and':
      case 'or':
      case 'coalesce':
        return `(${this.expression(e.left)} ${binary[e.op]} ${this.expression(e.right)})`;
      case 'is_null':
        return `(${this.expression(e.operand)} is ${e.negated ? 'not ' : ''}null)`;
      case 'conditional':
        return `(${this.expression(e.test)} ? ${this.expression(e.then)} : ${this.expression(e.otherwise)})`;
      case 'filter':
        return [`${this.expression(e.input)}|${e.filter.name}`, ...e.args.map((arg) => this.expression(arg))].join(':');
      case 'lambda':
        return `(${e.parameters.join(', ')} => ${this.expression(e.body)})`;
      case 'list':
        return `[${e.items.map((item) => this.expression(item)).join(', ')}]`;
      case 'object':
        return `{${e.entries.map(([key, value]) => `${key}: ${this.expression(value)}`).join(', ')}}`;
      case 'template':
        return `(${e.parts.map((part) => (typeof part === 'string' ? JSON.stringify(part) : this.expression(part))).join(' ~ ')})`;
    }
  }
}
