/**
 * Planted mistakes of the compiler: each a small change of its sources, made in a copy. The differential test must find every one,
 * or it proves nothing.
 */
export interface Mutant {
  readonly name: string;
  /** Below engine/src. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** What finds it: single expressions or whole stacks. */
  readonly by: 'expressions' | 'stacks';
}

const mutant = (by: Mutant['by'], name: string, file: string, from: string, to: string): Mutant => ({ by, name, file, from, to });

export const mutants: readonly Mutant[] = [
  mutant(
    'expressions',
    '|| answers a truth, not a value',
    '4-emit/expression.ts',
    '? ${t} : ${this.emit(e.right)})`',
    '? true : ${this.emit(e.right)})`',
  ),
  mutant(
    'expressions',
    '&& is ||',
    '4-emit/expression.ts',
    '? ${this.emit(e.right)} : ${t})`',
    '? ${t} : ${this.emit(e.right)})`',
  ),
  mutant(
    'expressions',
    '?? takes the right side of false too',
    '4-emit/expression.ts',
    '(${this.#read(e.left)} ?? ${this.emit(e.right)})',
    '(${this.#read(e.left)} || ${this.emit(e.right)})',
  ),
  mutant(
    'expressions',
    '?: with its sides exchanged',
    '4-emit/expression.ts',
    '? ${this.emit(e.then)} : ${this.emit(e.otherwise)})`',
    '? ${this.emit(e.otherwise)} : ${this.emit(e.then)})`',
  ),
  mutant('expressions', 'is not null is is null', '4-emit/expression.ts', '!= null)` : code`', '== null)` : code`'),
  mutant(
    'expressions',
    'a literal stays what it is beside a float',
    '4-emit/expression.ts',
    'const computes = isArithmetic(operator);',
    'const computes = false;',
  ),
  mutant(
    'expressions',
    'a member may be inherited',
    '4-emit/expression.ts',
    'return isDirectName(e.name)\n      ?',
    "return e.name !== '__proto__'\n      ?",
  ),
  mutant(
    'expressions',
    'ints may grow beyond their range',
    '4-emit/operators.ts',
    '&& h.isSafeInteger(${n} = ${a} ${compute} ${b}) ?',
    '&& ((${n} = ${a} ${compute} ${b}), true) ?',
  ),
  mutant(
    'expressions',
    'a product of ints may be a negative zero',
    '4-emit/operators.ts',
    "operator === '*' ? code`${n} + 0` : n",
    'n',
  ),
  mutant(
    'expressions',
    'what is no int is computed with all the same',
    '4-emit/operators.ts',
    'code`typeof ${read} === "number"`',
    'code`true`',
  ),
  mutant('expressions', 'ints are divided by zero', '4-emit/operators.ts', 'code` && ${b} !== 0`', 'code``'),
  mutant(
    'expressions',
    '> is >=',
    '4-emit/helpers.ts',
    'greater: (a: Value, b: Value): boolean => less(b, a)',
    'greater: (a: Value, b: Value): boolean => lessOrEqual(b, a)',
  ),
  mutant(
    'expressions',
    '>= as not <, which null breaks',
    '4-emit/helpers.ts',
    'greaterOrEqual: (a: Value, b: Value): boolean => lessOrEqual(b, a)',
    'greaterOrEqual: (a: Value, b: Value): boolean => !less(a, b)',
  ),
  mutant(
    'expressions',
    'index and item exchanged in lambdas',
    '2-check/expression.ts',
    "{ name: 'index', local: `index${depth}`",
    "{ name: 'index', local: `item${depth}`",
  ),
  mutant(
    'expressions',
    'a minus of a decimal literal is lost',
    '3-plan/lower.ts',
    'if (value instanceof Decimal) return constant(value.negate());',
    'if (value instanceof Decimal) return constant(value);',
  ),
  mutant(
    'expressions',
    'null in a template is written',
    '4-emit/helpers/values.ts',
    "typeof part === 'string' ? part : toText(part",
    "typeof part === 'string' ? part : part === null ? 'null' : toText(part",
  ),
  mutant(
    'stacks',
    'a range leaves out its end',
    '4-emit/helpers/values.ts',
    'Math.floor((to - from) / step) + 1)',
    'Math.floor((to - from) / step))',
  ),
  mutant(
    'stacks',
    'switch takes the last case',
    '4-emit/statements.ts',
    'for (const c of [...s.cases].reverse())',
    'for (const c of s.cases)',
  ),
  mutant(
    'stacks',
    'continue is break',
    '4-emit/statements/exits.ts',
    "const word = op === 'break' ? code`break` : code`continue`;",
    'const word = code`break`;',
  ),
  mutant(
    'stacks',
    'retries keep the variables',
    '4-emit/statements/attempts.ts',
    'const restore = slots.length === 0 ? code`` : code`${list} = ${saved};`;',
    'const restore = code``;',
  ),
  mutant(
    'stacks',
    'an error in a transaction commits',
    '4-emit/helpers/transactions.ts',
    'if (mark.depth === 0) await run.effects.rollback(run, step, null);',
    'if (mark.depth === 0) await run.effects.commit(run, step, null);',
  ),
  mutant(
    'stacks',
    'a return inside a try is forgotten behind it',
    '4-emit/statements/exits.ts',
    '.filter((way) => exit.used.has(way))',
    ".filter((way) => way !== 'return' && exit.used.has(way))",
  ),
  mutant(
    'stacks',
    'finally does not run after an error',
    '4-emit/helpers/errors.ts',
    '!(error instanceof AshlarError) || error.uncatchable;',
    'error instanceof AshlarError;',
  ),
  mutant(
    'stacks',
    'results of parallel by the wrong branch',
    '4-emit/helpers/parallel.ts',
    'throw failed.error;\n  return Object.fromEntries(names.map((n, i) => [n, values[i] ?? null]))',
    'throw failed.error;\n  return Object.fromEntries(names.map((n, i) => [n, values[names.length - 1 - i] ?? null]))',
  ),
  mutant(
    'stacks',
    'the answer of return loses its status',
    '4-emit/helpers/answer.ts',
    '    run.status = status;\n',
    '    run.status ??= null;\n',
  ),
  mutant(
    'stacks',
    'post_process sees later values',
    '4-emit/statements/branches.ts',
    '((${commaList(copied)}) => async (run)',
    '(() => async (run)',
  ),
];
