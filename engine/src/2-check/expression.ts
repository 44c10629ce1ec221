/** Checks expressions: what each name means, what each filter gets, and which type comes out. */
import type { Expression, FilterExpression, MemberExpression, NameExpression, Span } from '../1-syntax/ast.ts';
import type { AnyFilter } from '../filters/define.ts';
import { constantOf, findFilter, nearestFilter } from '../filters/index.ts';
import type { RowScope, RowSource } from '../library/define.ts';
import { nearest } from '../nearest.ts';
import type { Problems } from '../problems.ts';
import {
  anyType,
  describeType,
  join,
  listOf,
  notNull,
  nullable,
  nullType,
  objectOf,
  type Type,
  tainted,
  type,
} from '../types/type.ts';
import type { Analysis } from './analysis.ts';
import { checkBinary } from './operators.ts';
import {
  filterArguments,
  numberTooLarge,
  otherName,
  queryOnly,
  unknownColumnProblem,
  unknownEnv,
  unknownFilter,
  unknownInput,
  unknownMember,
  unknownName,
  unknownTable,
  withArticle,
  wrongTypeProblem,
} from './problems.ts';
import type { Scope } from './scope.ts';

/** Names that Ashlar gives; no variable may hide them. */
export const reservedNames: ReadonlySet<string> = new Set([
  'input',
  'request',
  'auth',
  'env',
  'now',
  'uuid',
  'db',
  'true',
  'false',
  'null',
]);

/** The types of the names that Ashlar gives, for one stack. */
export interface RootTypes {
  readonly input: Type;
  readonly request: Type;
  readonly auth: Type;
  readonly env: Type;
}

export interface ExpressionContext {
  readonly analysis: Analysis;
  readonly scope: Scope;
  readonly roots: RootTypes;
  readonly problems: Problems;
}

interface Place {
  readonly span: Span;
  readonly pointer: string;
}

/** Lambda parameters in scope, innermost last. */
type Locals = readonly { readonly name: string; readonly local: string; readonly type: Type }[];

/**
 * Checks one expression.
 * @param rows - where given, `db.…` and the names of enclosing rows may stand in it
 * @returns its static type, which is also kept in the analysis
 */
export function checkExpression(context: ExpressionContext, expression: Expression, rows?: RowScope): Type {
  return new Checker(context, rows).check(expression, []);
}

class Checker {
  readonly #context: ExpressionContext;
  readonly #rows: RowScope | undefined;

  constructor(context: ExpressionContext, rows: RowScope | undefined) {
    this.#context = context;
    this.#rows = rows;
  }

  check(expression: Expression, locals: Locals): Type {
    return this.#context.analysis.setType(expression, this.#typeOf(expression, locals));
  }

  #typeOf(e: Expression, locals: Locals): Type {
    switch (e.kind) {
      case 'null':
        return nullType;
      case 'boolean':
        return type('bool');
      case 'text':
        return type('text');
      case 'number':
        if (e.type === 'int' && !Number.isSafeInteger(Number(e.text)))
          this.#context.problems.add(numberTooLarge, e, { text: e.text });
        return type(e.type);
      case 'hole':
        return anyType;
      case 'name':
        return this.#name(e, locals);
      case 'member':
        return this.#member(e, locals);
      case 'index': {
        const of = this.check(e.object, locals);
        this.check(e.index, locals);
        // A name in brackets is a name like another.
        if (of.kind === 'object' && of.fields !== undefined && e.index.kind === 'text')
          return this.#memberOf(of, of.fields, e.index.value, e.object, e.index);
        return of.kind === 'list' && of.items !== undefined ? nullable(of.items) : tainted(anyType, of);
      }
      case 'unary': {
        const operand = this.check(e.operand, locals);
        if (e.operator === '!') return type('bool');
        if (!['any', 'int', 'decimal', 'float'].includes(operand.kind))
          this.#context.problems.add(wrongTypeProblem, e.operand, {
            what: '"-"',
            wanted: 'a number',
            found: describeType(operand),
          });
        return operand.kind === 'any' ? anyType : type(operand.kind);
      }
      case 'binary': {
        const left = this.check(e.left, locals);
        const right = this.check(e.right, locals);
        return tainted(checkBinary(e, left, right, this.#rows !== undefined, this.#context.problems), left, right);
      }
      case 'logical': {
        const left = this.check(e.left, locals);
        const right = this.check(e.right, locals);
        if (e.operator === '??') return join(notNull(left), right);
        return join(left, right);
      }
      case 'is_null':
        this.check(e.operand, locals);
        return type('bool');
      case 'conditional': {
        this.check(e.test, locals);
        return join(this.check(e.then, locals), this.check(e.otherwise, locals));
      }
      case 'filter':
        return this.#filter(e, locals);
      case 'list': {
        const items = e.items.map((item) => this.check(item, locals));
        const [first, ...more] = items;
        return listOf(first === undefined ? anyType : more.reduce(join, first));
      }
      case 'object':
        return objectOf(e.entries.map((entry) => [entry.key, this.check(entry.value, locals)] as const));
      case 'template':
        return tainted(type('text'), ...e.parts.flatMap((part) => (typeof part === 'string' ? [] : [this.check(part, locals)])));
    }
  }

  #name(e: NameExpression, locals: Locals): Type {
    const { analysis, scope, roots, problems } = this.#context;
    const local = locals.findLast((l) => l.name === e.name);
    if (local !== undefined) {
      analysis.bind(e, { kind: 'local', local: local.local });
      return local.type;
    }
    if (e.name === 'db' || this.#rows?.names?.has(e.name) === true) {
      analysis.bind(e, { kind: 'row' });
      if (this.#rows === undefined) problems.add(queryOnly, e, { what: '"db"' });
      return anyType;
    }
    const variable = scope.find(e.name);
    if (variable !== undefined) {
      analysis.bind(e, { kind: 'slot', slot: variable.slot });
      return variable.type;
    }
    switch (e.name) {
      case 'input':
      case 'request':
      case 'auth':
      case 'env':
        analysis.bind(e, { kind: 'root', root: e.name });
        return roots[e.name];
      case 'now':
        analysis.bind(e, { kind: 'effect', effect: 'now' });
        return type('timestamp');
      case 'uuid':
        analysis.bind(e, { kind: 'effect', effect: 'uuid' });
        return type('text');
      default: {
        const known = [...scope.names().keys(), ...locals.map((l) => l.name), 'input', 'request', 'auth', 'env', 'now', 'uuid'];
        problems.add(unknownName, e, { name: e.name, nearest: nearest(e.name, known) });
        return anyType;
      }
    }
  }

  /** The rows that an expression stands for, if it does: `db.order`, `parent`, `parent.parent`. */
  #rowSource(e: Expression, locals: Locals): RowSource | 'unknown' | undefined {
    if (this.#rows === undefined) return undefined;
    if (e.kind === 'name') {
      if (locals.some((l) => l.name === e.name)) return undefined;
      return this.#rows.names?.get(e.name);
    }
    if (e.kind !== 'member') return undefined;
    if (e.object.kind === 'name' && e.object.name === 'db') {
      this.check(e.object, locals);
      const source = this.#rows.db.get(e.name);
      if (source !== undefined) return source;
      const at = { span: e.nameSpan, pointer: e.pointer };
      this.#context.problems.add(unknownTable, at, { name: e.name, nearest: nearest(e.name, [...this.#rows.db.keys()]) });
      return 'unknown';
    }
    const outer = this.#rowSource(e.object, locals);
    if (outer === 'unknown') return outer;
    if (outer?.parent !== undefined && e.name === 'parent') {
      this.check(e.object, locals);
      return outer.parent;
    }
    return undefined;
  }

  #member(e: MemberExpression, locals: Locals): Type {
    const { problems } = this.#context;
    const at = { span: e.nameSpan, pointer: e.pointer };
    const source = this.#rowSource(e.object, locals);
    if (source === 'unknown') return anyType;
    if (source !== undefined) {
      this.check(e.object, locals);
      const column = source.columns.get(e.name);
      if (column !== undefined) return column;
      if (e.name === 'parent' && source.parent !== undefined) return anyType;
      const table = e.object.kind === 'member' || e.object.kind === 'name' ? e.object.name : 'the row';
      problems.add(unknownColumnProblem, at, { name: e.name, table, nearest: nearest(e.name, [...source.columns.keys()]) });
      return anyType;
    }
    if (this.#rows !== undefined && e.object.kind === 'name' && e.object.name === 'db') {
      // `db.order` alone: the rows themselves, as in `db.order|count`.
      this.#rowSource(e, locals);
      return anyType;
    }
    const of = this.check(e.object, locals);
    if (of.kind === 'any') return tainted(anyType, of);
    if (of.kind !== 'object') return this.#memberOfNone(of, e, at);
    return of.fields === undefined ? tainted(anyType, of) : this.#memberOf(of, of.fields, e.name, e.object, at);
  }

  /** The type of a member whose name is known; one that is never there is reported. */
  #memberOf(of: Type, fields: NonNullable<Type['fields']>, name: string, object: Expression, at: Place): Type {
    const { problems } = this.#context;
    const field = fields.get(name);
    if (field !== undefined) return of.nullable ? nullable(field) : field;
    const near = nearest(name, [...fields.keys()]);
    if (object.kind === 'name' && (object.name === 'input' || object.name === 'env')) {
      problems.add(object.name === 'input' ? unknownInput : unknownEnv, at, { name, nearest: near });
      // What it was meant to be is not known: one mistake is reported once.
      return anyType;
    }
    problems.add(unknownMember, at, { name, of: object.kind === 'name' ? `"${object.name}"` : 'The value', nearest: near });
    return nullType;
  }

  /** A member of what has none: a list, a text, a number. Of null it is null, as everyone knows who guards against it. */
  #memberOfNone(of: Type, { name, object }: MemberExpression, at: Place): Type {
    if (of.kind === 'null') return nullType;
    const found = describeType(of);
    const named = object.kind === 'name' || object.kind === 'member';
    const what = named ? `"${object.name}", ${withArticle(found, 'a')},` : withArticle(found, 'A');
    this.#context.problems.add(unknownMember, at, { name, of: what, nearest: undefined, instead: memberInstead(of, name) });
    return nullType;
  }

  #filter(e: FilterExpression, locals: Locals): Type {
    const { problems, analysis } = this.#context;
    const at = { span: e.nameSpan, pointer: e.pointer };
    const input = this.check(e.input, locals);
    const found = findFilter(e.name);
    if (found === undefined) {
      problems.add(unknownFilter, at, { name: e.name, nearest: nearestFilter(e.name) });
      for (const argument of e.args) this.check(argument, locals);
      return anyType;
    }
    const { filter } = found;
    if (!found.canonical) problems.add(otherName, at, { written: e.name, canonical: filter.name, what: 'filter' });
    if (!accepts(filter.input, input)) {
      const wanted = (filter.input ?? []).filter((t) => t !== 'null').join(' or ');
      problems.add(wrongTypeProblem, e.input, {
        what: `The filter ${filter.name}`,
        wanted,
        found: describeType(input),
        hint: undefined,
      });
    }
    const required = filter.parameters.filter((p) => p.optional !== true).length;
    if (e.args.length < required || e.args.length > filter.parameters.length) {
      const most = filter.parameters.length;
      const wanted = required === most ? `${most} argument${most === 1 ? '' : 's'}` : `${required} to ${most} arguments`;
      problems.add(filterArguments, at, { name: filter.name, wanted, found: e.args.length });
    }
    const args = e.args.map((argument, i) => this.#argument(filter, i, argument, input, locals));
    const declared = filter.result(input, args, e.args.map(constantOf));
    const result = filter.ownMark === true ? declared : tainted(declared, input, ...args);
    const nullPassed = !(filter.input === undefined || filter.input.includes('null')) && input.nullable && input.kind !== 'any';
    analysis.setType(e, result);
    return nullPassed ? nullable(result) : result;
  }

  #argument(filter: AnyFilter, index: number, argument: Expression, input: Type, locals: Locals): Type {
    const parameter = filter.parameters[index];
    if (parameter?.kind !== 'lambda') {
      const found = this.check(argument, locals);
      if (parameter !== undefined && !accepts(parameter.types, found, parameter.optional === true))
        this.#context.problems.add(wrongTypeProblem, argument, {
          what: `The argument "${parameter.name}" of ${filter.name}`,
          wanted: (parameter.types ?? []).join(' or '),
          found: describeType(found),
          hint: undefined,
        });
      const constant = constantOf(argument);
      const wanted = constant === undefined ? undefined : parameter?.wantedInstead?.(constant);
      if (parameter !== undefined && wanted !== undefined)
        this.#context.problems.add(wrongTypeProblem, argument, {
          what: `The argument "${parameter.name}" of ${filter.name}`,
          wanted,
          found: JSON.stringify(constant),
        });
      return found;
    }
    const depth = locals.length;
    const item = input.kind === 'list' && input.items !== undefined ? input.items : tainted(anyType, input);
    const inner = [
      { name: 'item', local: `item${depth}`, type: item },
      { name: 'index', local: `index${depth}`, type: type('int') },
      { name: 'result', local: `result${depth}`, type: anyType },
    ];
    const visible = filter.name === 'reduce' ? inner : inner.slice(0, 2);
    this.#context.analysis.setLambda(argument, { parameters: inner.map((l) => l.local) });
    return this.check(argument, [...locals, ...visible]);
  }
}

const sizes: ReadonlySet<string> = new Set(['length', 'count', 'size']);

/** What people mean by a member of a list or a text. */
function memberInstead({ kind }: Type, name: string): string | undefined {
  if (kind === 'list') {
    if (sizes.has(name)) return 'Write a|count for the number of items.';
    return `Write a[0].${name} for the first item's, or a|map:item.${name} for all of them.`;
  }
  return kind === 'text' && sizes.has(name) ? 'Write a|strlen for the number of characters.' : undefined;
}

/** Whether a static type may be one of the accepted ones; an unknown one may. */
export function accepts(types: readonly string[] | undefined, found: Type, orNull = true): boolean {
  if (types === undefined || found.kind === 'any') return true;
  if (found.kind === 'null') return orNull || types.includes('null');
  if (types.includes(found.kind)) return true;
  // An int goes wherever a decimal does; a float constant is what the place makes of it.
  return found.kind === 'int' && (types.includes('decimal') || types.includes('float'));
}
