/** Emits expressions: direct reads where a name allows it, helpers elsewhere, constants by slot. */
import { prepareFilter } from '../filters/index.ts';
import type { IrExpression, IrLambda } from '../ir.ts';
import { Decimal } from '../values/decimal.ts';
import { Float } from '../values/float.ts';
import { isDirectName } from '../values/member.ts';
import type { Value } from '../values/value.ts';
import { type Code, code, commaList, directMember, literal, name } from './code.ts';
import { hasIntForm, helperOf, isArithmetic, isComparison, onInts, type Side } from './operators.ts';
import { Temporaries } from './temporaries.ts';

/** The constants of one function: each is handed to the generated code as `k[i]`. */
export class Constants {
  readonly values: unknown[] = [];
  readonly #known = new Map<unknown, number>();

  add(value: unknown): Code {
    let index = this.#known.get(value);
    if (index === undefined) {
      index = this.values.length;
      this.values.push(value);
      this.#known.set(value, index);
    }
    return code`k[${index}]`;
  }
}

export class ExpressionEmitter {
  readonly constants: Constants;
  #temporaries = new Temporaries();

  constructor(constants: Constants) {
    this.constants = constants;
  }

  /** Emits the inside of a function, which has variables of its own for what its expressions hold. */
  inside(emit: () => Code): { readonly declared: Code | null; readonly body: Code } {
    const outer = this.#temporaries;
    this.#temporaries = new Temporaries();
    const body = emit();
    const declared = this.#temporaries.declaration();
    this.#temporaries = outer;
    return { declared, body };
  }

  emit(e: IrExpression): Code {
    switch (e.op) {
      case 'constant':
        return this.#constant(e.value);
      case 'slot':
        return name(`v${e.slot}`);
      case 'local':
        return name(e.name);
      case 'root':
        return e.name === 'input'
          ? code`input`
          : e.name === 'env'
            ? code`run.env`
            : e.name === 'auth'
              ? code`run.auth`
              : code`run.request`;
      case 'effect':
        return e.effect === 'now' ? code`run.effects.now(run, ${e.step}, null)` : code`run.effects.uuid(run, ${e.step}, h.uuid4)`;
      case 'member':
        return isDirectName(e.name) ? code`(${this.#read(e)} ?? null)` : this.#read(e);
      case 'index':
        return code`h.indexOf(${this.emit(e.object)}, ${this.emit(e.index)})`;
      case 'not':
        return code`(!${this.condition(e.operand)})`;
      case 'negate':
        return code`h.negate(${this.emit(e.operand)})`;
      case 'binary':
        return this.#binary(e);
      case 'and':
        return this.#isBoolean(e.left)
          ? code`(${this.emit(e.left)} ? ${this.emit(e.right)} : false)`
          : this.#deciding(e.left, (t, left) => code`(h.truthy(${left}) ? ${this.emit(e.right)} : ${t})`);
      case 'or':
        return this.#isBoolean(e.left)
          ? code`(${this.emit(e.left)} ? true : ${this.emit(e.right)})`
          : this.#deciding(e.left, (t, left) => code`(h.truthy(${left}) ? ${t} : ${this.emit(e.right)})`);
      case 'coalesce':
        return code`(${this.#read(e.left)} ?? ${this.emit(e.right)})`;
      case 'is_null':
        return e.negated ? code`(${this.#read(e.operand)} != null)` : code`(${this.#read(e.operand)} == null)`;
      case 'conditional':
        return code`(${this.condition(e.test)} ? ${this.emit(e.then)} : ${this.emit(e.otherwise)})`;
      case 'filter': {
        const args = e.args.map((argument) => this.#argument(argument));
        return code`h.filter(${commaList([this.constants.add(prepareFilter(e.filter)), code`run`, this.emit(e.input), ...args])})`;
      }
      case 'list':
        return code`[${commaList(e.items.map((item) => this.emit(item)))}]`;
      case 'object':
        return this.object(e.entries);
      case 'template':
        return code`h.template(${commaList([code`run`, ...e.parts.map((part) => (typeof part === 'string' ? literal(part) : this.emit(part)))])})`;
    }
  }

  /** The truth of an expression, as a JavaScript boolean. */
  condition(e: IrExpression): Code {
    if (e.op === 'and') return code`(${this.condition(e.left)} && ${this.condition(e.right)})`;
    if (e.op === 'or') return code`(${this.condition(e.left)} || ${this.condition(e.right)})`;
    return this.#isBoolean(e) ? this.emit(e) : code`h.truthy(${this.#read(e)})`;
  }

  object(entries: readonly (readonly [string, IrExpression])[]): Code {
    // A computed key makes an own property also of __proto__.
    const members = entries.map(([key, value]) =>
      key === '__proto__' ? code`[${literal(key)}]: ${this.emit(value)}` : code`${literal(key)}: ${this.emit(value)}`,
    );
    return code`{${commaList(members)}}`;
  }

  #isBoolean(e: IrExpression): boolean {
    switch (e.op) {
      case 'not':
      case 'is_null':
        return true;
      case 'binary':
        return isComparison(e.operator);
      case 'and':
      case 'or':
        return this.#isBoolean(e.left) && this.#isBoolean(e.right);
      case 'constant':
        return typeof e.value === 'boolean';
      default:
        return false;
    }
  }

  #constant(value: Value): Code {
    if (value === null) return code`null`;
    if (value === true) return code`true`;
    if (value === false) return code`false`;
    if (typeof value === 'number') return value < 0 ? code`(${value})` : code`${value}`;
    if (typeof value === 'string') return literal(value);
    return this.constants.add(value);
  }

  /** The value for a reader that takes undefined for null: a member that is not there need not become null first. */
  #read(e: IrExpression): Code {
    if (e.op !== 'member') return this.emit(e);
    return isDirectName(e.name)
      ? code`${this.#read(e.object)}?.${directMember(e.name)}`
      : code`h.memberOf(${this.emit(e.object)}, ${literal(e.name)})`;
  }

  /** A side that decides and may be the answer: `make` gets the variable that holds it, and what puts it there. */
  #deciding(side: IrExpression, make: (held: Code, assigned: Code) => Code): Code {
    return this.#temporaries.within(() => {
      const value = this.emit(side);
      const held = this.#temporaries.take();
      return make(held, code`${held} = ${value}`);
    });
  }

  #binary(e: IrExpression & { op: 'binary' }): Code {
    const { operator, left, right, sides } = e;
    if (operator === '==' || operator === '!=') {
      const equal = operator === '==';
      // Equality with a text, a boolean or null is identity: no helper.
      if (isNull(left) || isNull(right)) return code`(${this.#read(left)} ${equal ? code`==` : code`!=`} ${this.#read(right)})`;
      if (isIdentity(left) || isIdentity(right))
        return code`(${this.#read(left)} ${equal ? code`===` : code`!==`} ${this.#read(right)})`;
    }
    if (sides === 'int' && hasIntForm(operator)) return this.#onInts(operator, left, right);
    if (sides === 'text' && operator === '~') return this.#joined(e);
    const helper = helperOf(operator);
    // A literal takes the type of the other side, where it is computed with; `~` joins it as it is written.
    const computes = isArithmetic(operator);
    if (computes && isNumberLiteral(right) && !isNumberLiteral(left))
      return code`h.literalRight(${helper}, ${this.emit(left)}, ${this.emit(right)})`;
    if (computes && isNumberLiteral(left) && !isNumberLiteral(right))
      return code`h.literalLeft(${helper}, ${this.emit(left)}, ${this.emit(right)})`;
    return code`${helper}(${this.emit(left)}, ${this.emit(right)})`;
  }

  #onInts(operator: string, left: IrExpression, right: IrExpression): Code {
    return this.#temporaries.within(() => {
      const held: Code[] = [];
      const [a, b] = [this.#side(left, held), this.#side(right, held)];
      const result = onInts(operator, a, b, () => this.#temporaries.take());
      return held.length === 0 ? result : code`(${commaList([...held, result])})`;
    });
  }

  /** A side that may be read twice; what is more than a name or a literal is held in a variable, by one of `held`. */
  #side(e: IrExpression, held: Code[]): Side {
    if (e.op === 'constant' && typeof e.value === 'number') return { read: this.emit(e), literal: e.value };
    if (e.op === 'slot' || e.op === 'local') return { read: this.emit(e), literal: undefined };
    const value = this.#temporaries.within(() => this.emit(e));
    const read = this.#temporaries.take();
    held.push(code`${read} = ${value}`);
    return { read, literal: undefined };
  }

  /** Texts joined at once: with JavaScript's operator where all of them are texts. */
  #joined(e: IrExpression): Code {
    return this.#temporaries.within(() => {
      const held: Code[] = [];
      const texts: Code[] = [];
      const parts = joinedParts(e).map((part) => {
        if (part.op === 'constant' && typeof part.value === 'string') return literal(part.value);
        const { read } = this.#side(part, held);
        texts.push(code`typeof ${read} === "string"`);
        return read;
      });
      const areTexts = texts.length === 0 ? code`true` : texts.reduce((all, one) => code`${all} && ${one}`);
      const sum = parts.reduce((all, one) => code`${all} + ${one}`);
      const result = code`(${areTexts} ? h.bounded(run, ${sum}) : h.template(${commaList([code`run`, ...parts])}))`;
      return held.length === 0 ? result : code`(${commaList([...held, result])})`;
    });
  }

  #argument(argument: IrExpression | IrLambda): Code {
    if (argument.op !== 'lambda') return this.emit(argument);
    const { declared, body } = this.inside(() => this.emit(argument.body));
    const parameters = commaList(argument.parameters.map(name));
    return declared === null ? code`(${parameters}) => (${body})` : code`(${parameters}) => { ${declared} return ${body}; }`;
  }
}

/** A boxed number literal; an int needs no care, since int and any type give that type. */
const isNumberLiteral = (e: IrExpression): boolean =>
  e.op === 'constant' && (e.value instanceof Decimal || e.value instanceof Float);

const isNull = (e: IrExpression): boolean => e.op === 'constant' && e.value === null;

/** A text or a boolean, which equals nothing but itself. */
const isIdentity = (e: IrExpression): boolean =>
  e.op === 'constant' && (typeof e.value === 'string' || typeof e.value === 'boolean');

/** The parts of `a ~ b ~ c`, from the left, as far as they are expected to be texts. */
function joinedParts(e: IrExpression): readonly IrExpression[] {
  return e.op === 'binary' && e.operator === '~' && e.sides === 'text' ? [...joinedParts(e.left), ...joinedParts(e.right)] : [e];
}
