/**
 * What operators become: a helper, or JavaScript's own operator where the check expects two ints. The types of a run decide all
 * the same: every inlined form asks for them and leaves whatever else came (null, a decimal, a sum that is too large) to the helper.
 */
import { type Code, code } from './code.ts';

/** Operators whose answer is a JavaScript boolean, so that its truth needs no helper. */
const comparisons: ReadonlyMap<string, Code> = new Map([
  ['==', code`h.equals`],
  ['!=', code`h.notEquals`],
  ['<', code`h.less`],
  ['<=', code`h.lessOrEqual`],
  ['>', code`h.greater`],
  ['>=', code`h.greaterOrEqual`],
  ['in', code`h.isIn`],
  ['not in', code`h.isNotIn`],
  ['like', code`h.like`],
  ['not like', code`h.notLike`],
  ['ilike', code`h.ilike`],
  ['not ilike', code`h.notIlike`],
  ['contains', code`h.contains`],
  ['not contains', code`h.notContains`],
  ['overlaps', code`h.overlaps`],
  ['not overlaps', code`h.notOverlaps`],
  ['between', code`h.between`],
  ['not between', code`h.notBetween`],
]);
const arithmetic: ReadonlyMap<string, Code> = new Map([
  ['+', code`h.add`],
  ['-', code`h.subtract`],
  ['*', code`h.multiply`],
  ['/', code`h.divide`],
  ['%', code`h.remainder`],
]);

export const isComparison = (operator: string): boolean => comparisons.has(operator);
export const isArithmetic = (operator: string): boolean => arithmetic.has(operator);

/** The helper of an operator. */
export function helperOf(operator: string): Code {
  const helper = operator === '~' ? code`h.joinText` : (comparisons.get(operator) ?? arithmetic.get(operator));
  if (helper === undefined) throw new Error(`no helper for ${operator}`);
  return helper;
}

const comparing: ReadonlyMap<string, Code> = new Map([
  ['==', code`===`],
  ['!=', code`!==`],
  ['<', code`<`],
  ['<=', code`<=`],
  ['>', code`>`],
  ['>=', code`>=`],
]);
const computing: ReadonlyMap<string, Code> = new Map([
  ['+', code`+`],
  ['-', code`-`],
  ['*', code`*`],
]);

/** Whether `onInts` has a form for the operator. */
export const hasIntForm = (operator: string): boolean => comparing.has(operator) || computing.has(operator) || operator === '%';

/** A side of an operator: code that may stand twice, and its value where it is a literal. */
export interface Side {
  readonly read: Code;
  readonly literal: number | undefined;
}

/** `left operator right` for two ints, the helper for whatever else comes. `result` is a variable that may be used for it. */
export function onInts(operator: string, left: Side, right: Side, result: () => Code): Code {
  const [a, b] = [left.read, right.read];
  const helper = code`${helperOf(operator)}(${a}, ${b})`;
  const ints = areInts(left, right);
  const compare = comparing.get(operator);
  if (compare !== undefined) return code`(${ints} ? ${a} ${compare} ${b} : ${helper})`;
  // Adding 0 makes a plain zero of a negative one.
  if (operator === '%') {
    const divides = right.literal === undefined ? code` && ${b} !== 0` : code``;
    return right.literal === 0 ? helper : code`(${ints}${divides} ? ${a} % ${b} + 0 : ${helper})`;
  }
  const compute = computing.get(operator);
  if (compute === undefined) return helper;
  const n = result();
  const value = operator === '*' ? code`${n} + 0` : n;
  return code`(${ints} && h.isSafeInteger(${n} = ${a} ${compute} ${b}) ? ${value} : ${helper})`;
}

/** Asks whether both sides are ints; a literal is one. */
function areInts(left: Side, right: Side): Code {
  const asked = [left, right].filter((side) => side.literal === undefined).map(({ read }) => code`typeof ${read} === "number"`);
  return asked.length === 0 ? code`true` : asked.reduce((all, one) => code`${all} && ${one}`);
}
