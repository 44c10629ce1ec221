/** Emits expressions: direct reads where a name allows it, helpers elsewhere, constants by slot. */
import type { IrExpression, IrLambda } from '../ir.ts';
import { Decimal } from '../values/decimal.ts';
import { Float } from '../values/float.ts';
import { isDirectName } from '../values/member.ts';
import type { Value } from '../values/value.ts';
import { type Code, code, commaList, directMember, literal, name } from './code.ts';

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

/** Operators whose answer is a JavaScript boolean, so that its truth needs no helper. */
const comparisons = new Map<string, string>([
  ['==', 'equals'],
  ['!=', 'notEquals'],
  ['<', 'less'],
  ['<=', 'lessOrEqual'],
  ['>', 'greater'],
  ['>=', 'greaterOrEqual'],
  ['in', 'isIn'],
  ['not in', 'isNotIn'],
  ['like', 'like'],
  ['not like', 'notLike'],
  ['ilike', 'ilike'],
  ['not ilike', 'notIlike'],
  ['contains', 'contains'],
  ['not contains', 'notContains'],
  ['overlaps', 'overlaps'],
  ['not overlaps', 'notOverlaps'],
  ['between', 'between'],
  ['not between', 'notBetween'],
]);
const arithmetic = new Map<string, string>([
  ['+', 'add'],
  ['-', 'subtract'],
  ['*', 'multiply'],
  ['/', 'divide'],
  ['%', 'remainder'],
  ['~', 'joinText'],
]);

/** Every helper that expressions may call; names are fixed text. */
const helpers: Readonly<Record<string, Code>> = Object.fromEntries([
  ['equals', code`h.equals`],
  ['notEquals', code`h.notEquals`],
  ['less', code`h.less`],
  ['lessOrEqual', code`h.lessOrEqual`],
  ['greater', code`h.greater`],
  ['greaterOrEqual', code`h.greaterOrEqual`],
  ['isIn', code`h.isIn`],
  ['isNotIn', code`h.isNotIn`],
  ['like', code`h.like`],
  ['notLike', code`h.notLike`],
  ['ilike', code`h.ilike`],
  ['notIlike', code`h.notIlike`],
  ['contains', code`h.contains`],
  ['notContains', code`h.notContains`],
  ['overlaps', code`h.overlaps`],
  ['notOverlaps', code`h.notOverlaps`],
  ['between', code`h.between`],
  ['notBetween', code`h.notBetween`],
  ['add', code`h.add`],
  ['subtract', code`h.subtract`],
  ['multiply', code`h.multiply`],
  ['divide', code`h.divide`],
  ['remainder', code`h.remainder`],
  ['joinText', code`h.joinText`],
] as const);

export class ExpressionEmitter {
  readonly constants: Constants;

  constructor(constants: Constants) {
    this.constants = constants;
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
        return isDirectName(e.name)
          ? code`(${this.emit(e.object)}?.${directMember(e.name)} ?? null)`
          : code`h.memberOf(${this.emit(e.object)}, ${literal(e.name)})`;
      case 'index':
        return code`h.indexOf(${this.emit(e.object)}, ${this.emit(e.index)})`;
      case 'not':
        return code`(!${this.condition(e.operand)})`;
      case 'negate':
        return code`h.negate(${this.emit(e.operand)})`;
      case 'binary':
        return this.#binary(e.operator, e.left, e.right);
      case 'and':
        return this.#isBoolean(e.left)
          ? code`(${this.emit(e.left)} ? ${this.emit(e.right)} : false)`
          : code`(h.truthy(t = ${this.emit(e.left)}) ? ${this.emit(e.right)} : t)`;
      case 'or':
        return this.#isBoolean(e.left)
          ? code`(${this.emit(e.left)} ? true : ${this.emit(e.right)})`
          : code`(h.truthy(t = ${this.emit(e.left)}) ? t : ${this.emit(e.right)})`;
      case 'coalesce':
        return code`(${this.emit(e.left)} ?? ${this.emit(e.right)})`;
      case 'is_null':
        return e.negated ? code`(${this.emit(e.operand)} !== null)` : code`(${this.emit(e.operand)} === null)`;
      case 'conditional':
        return code`(${this.condition(e.test)} ? ${this.emit(e.then)} : ${this.emit(e.otherwise)})`;
      case 'filter': {
        const args = e.args.map((argument) => this.#argument(argument));
        return code`h.filter(${commaList([this.constants.add(e.filter), code`run`, this.emit(e.input), ...args])})`;
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
    return this.#isBoolean(e) ? this.emit(e) : code`h.truthy(${this.emit(e)})`;
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
        return comparisons.has(e.operator);
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

  #binary(operator: string, left: IrExpression, right: IrExpression): Code {
    const helper = helpers[comparisons.get(operator) ?? arithmetic.get(operator) ?? ''];
    if (helper === undefined) throw new Error(`no helper for ${operator}`);
    const fast = identity(operator, left, right);
    if (fast !== null)
      return fast === 'equal'
        ? code`(${this.emit(left)} === ${this.emit(right)})`
        : code`(${this.emit(left)} !== ${this.emit(right)})`;
    // A literal takes the type of the other side, where it is computed with; `~` joins it as it is written.
    const computes = arithmetic.has(operator) && operator !== '~';
    if (computes && isNumberLiteral(right) && !isNumberLiteral(left))
      return code`h.literalRight(${helper}, ${this.emit(left)}, ${this.emit(right)})`;
    if (computes && isNumberLiteral(left) && !isNumberLiteral(right))
      return code`h.literalLeft(${helper}, ${this.emit(left)}, ${this.emit(right)})`;
    return code`${helper}(${this.emit(left)}, ${this.emit(right)})`;
  }

  #argument(argument: IrExpression | IrLambda): Code {
    if (argument.op !== 'lambda') return this.emit(argument);
    return code`(${commaList(argument.parameters.map(name))}) => (${this.emit(argument.body)})`;
  }
}

/** A boxed number literal; an int needs no care, since int and any type give that type. */
const isNumberLiteral = (e: IrExpression): boolean =>
  e.op === 'constant' && (e.value instanceof Decimal || e.value instanceof Float);

/** Equality with a text, a boolean or null is identity: no helper. */
function identity(operator: string, left: IrExpression, right: IrExpression): 'equal' | 'unequal' | null {
  if (operator !== '==' && operator !== '!=') return null;
  const simple = (e: IrExpression): boolean =>
    e.op === 'constant' && (e.value === null || typeof e.value === 'string' || typeof e.value === 'boolean');
  if (!simple(left) && !simple(right)) return null;
  return operator === '==' ? 'equal' : 'unequal';
}
