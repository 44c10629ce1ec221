/**
 * A statement of a step with all its variants. At run time the states of the uses make a key; the text of each key is assembled
 * once, from fixed fragments, and kept.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { EffectMap, Encoding } from '../../effects.ts';
import { errorOf, wrongType } from '../../errors.ts';
import type { ResultColumn, Statement } from '../../run/statement.ts';
import { encodeUtf8 } from '../../values/base64.ts';
import { typeName } from '../../values/operators.ts';
import type { Value, ValueList } from '../../values/value.ts';
import { type CombinedTree, combinedText } from './combined.ts';
import { render } from './render.ts';
import type { Sql } from './tree.ts';
import { nothing, present, type Use, type UseState, useStates } from './uses.ts';

/** Statements kept a plan; the least used one makes room. */
export const maxVariants = 64;
/** Three bits a use in a number of 53. */
const usesInNumber = 17;

/** What is the same for all variants of a statement. */
export type StatementFacts = Omit<Statement, 'name' | 'text' | 'params' | 'combined'>;

export interface Variant {
  readonly key: number | string;
  readonly statement: Statement;
  /** Which use gives each parameter; undefined when the uses are sent as they stand. */
  readonly order: readonly number[] | undefined;
  /** Counts how often it was chosen. */
  hits: number;
}

export class QueryPlan {
  readonly uses: readonly Use[];
  readonly tree: Sql;
  readonly facts: StatementFacts;
  readonly #variants = new Map<number | string, Variant>();
  /** Most runs of a step look alike. */
  #last: Variant | undefined;
  readonly #combined: CombinedTree | undefined;

  /**
   * @param uses - those of the whole step; the statement keeps the ones that its tree speaks of
   * @param combined - the read of many rows by their keys, where this is one by its key
   */
  constructor(tree: Sql, uses: readonly Use[], facts: StatementFacts, combined?: CombinedTree) {
    const places = new Map<number, number>();
    const kept: Use[] = [];
    this.tree = renumbered(tree, (use) => {
      const known = places.get(use);
      const found = uses[use];
      if (known !== undefined || found === undefined) return known ?? use;
      places.set(use, kept.length);
      return kept.push(found) - 1;
    });
    this.uses = kept;
    this.facts = facts;
    this.#combined = combined;
  }

  /** How many variants are kept. */
  get size(): number {
    return this.#variants.size;
  }

  /**
   * The variant for evaluated arguments, with its parameters: what the effect is asked with.
   * Throws `wrong_type` for a value that an operator refuses.
   * @param encode - that the rows may be answered as JSON, and which parts of them; undefined: they are looked into
   */
  variantOf(args: ValueList, encode?: true | Encoding): EffectMap['query']['args'] {
    const { uses } = this;
    const out: Value[] = [];
    const key = uses.length <= usesInNumber ? numberKey(uses, args, out) : textKey(uses, args, out);
    let variant = this.#last;
    if (variant?.key !== key) {
      variant = this.#variants.get(key) ?? this.#make(key, args);
      this.#last = variant;
    }
    variant.hits += 1;
    const { order, statement } = variant;
    const params = order === undefined ? out : order.map((use) => out[use] ?? null);
    return encode === undefined ? { statement, params } : { statement, params, encode };
  }

  /**
   * Statements known before a run: with every value, without those that may be left out, and with null for every value that
   * knows such a variant.
   */
  mainStatements(): readonly Statement[] {
    const statesOf = (state: (use: Use) => UseState): readonly UseState[] => this.uses.map(state);
    const found = new Map<string, Statement>();
    for (const [states, absent] of [
      [statesOf(() => present), undefined],
      [statesOf((use) => (use.optional === true ? nothing : present)), 'optional'],
      [statesOf(() => nothing), 'all'],
    ] as const) {
      const statement = this.#tryStatement(states);
      if (statement !== undefined && !found.has(statement.name))
        found.set(statement.name, absent === undefined ? statement : { ...statement, absent });
    }
    return [...found.values()];
  }

  #tryStatement(states: readonly UseState[]): Statement | undefined {
    try {
      return this.#variant('', states, []).statement;
    } catch {
      // A value that may not be null has no such variant.
      return undefined;
    }
  }

  #make(key: number | string, args: ValueList): Variant {
    const out: Value[] = [];
    const states = this.uses.map((use, i) => use.read(args[use.arg] ?? null, out, i));
    const variant = this.#variant(key, states, args);
    if (this.#variants.size >= maxVariants) this.#dropLeastUsed();
    this.#variants.set(key, variant);
    return variant;
  }

  #dropLeastUsed(): void {
    let least: number | string | undefined;
    let hits = Number.POSITIVE_INFINITY;
    for (const [key, variant] of this.#variants) {
      if (variant.hits < hits) {
        hits = variant.hits;
        least = key;
      }
      // The others age, so that what was used long ago makes room for what is used now.
      variant.hits >>= 1;
    }
    if (least !== undefined) this.#variants.delete(least);
  }

  #variant(key: number | string, states: readonly UseState[], args: ValueList): Variant {
    const { text, params } = render(this.tree, states, (index) => {
      const use = this.uses[index];
      throw errorOf(wrongType, {
        what: use?.what ?? 'The query',
        wanted: use?.wanted ?? 'another value',
        found: typeName(args[use?.arg ?? 0] ?? null),
      });
    });
    const combined = this.#combined === undefined ? undefined : combinedText(this.#combined, states, params);
    const straight = params.length === this.uses.length && params.every((param, i) => param.use === i);
    return {
      key,
      statement: {
        ...this.facts,
        name: statementName(text),
        text,
        params: params.map((param) => param.binding),
        ...(combined === undefined ? {} : { combined: { name: statementName(combined.text), ...combined } }),
      },
      order: straight ? undefined : params.map((param) => param.use),
      hits: 0,
    };
  }
}

/** Reads every use; the states make the key, three bits each. `out` gets what is sent, null where nothing is. */
function numberKey(uses: readonly Use[], args: ValueList, out: Value[]): number {
  let key = 0;
  for (let i = 0; i < uses.length; i++) {
    out[i] = null;
    key = key * 8 + stateOf(uses[i], args, out, i);
  }
  return key;
}

/** The same for more uses than a number has room for. */
function textKey(uses: readonly Use[], args: ValueList, out: Value[]): string {
  let key = '';
  for (let i = 0; i < uses.length; i++) {
    out[i] = null;
    key += stateOf(uses[i], args, out, i);
  }
  return key;
}

const stateOf = (use: Use | undefined, args: ValueList, out: Value[], at: number): UseState =>
  use === undefined ? nothing : use.read(args[use.arg] ?? null, out, at);

/** A name made of the text: the same text has the same name everywhere, so that a connection prepares it once. */
function statementName(text: string): string {
  return `q_${bytesToHex(sha256(encodeUtf8(text)).subarray(0, 12))}`;
}

/** Shorthand for facts of a statement that reads. */
export function reading(table: string, columns: readonly ResultColumn[], more: Partial<StatementFacts> = {}): StatementFacts {
  return { table, columns, access: 'read', maxRows: null, byUniqueKey: false, locks: false, ...more };
}

function renumbered(node: Sql, place: (use: number) => number): Sql {
  switch (node.kind) {
    case 'bind':
      return { ...node, use: place(node.use) };
    case 'sequence':
    case 'and':
    case 'or':
      return { ...node, parts: node.parts.map((part) => renumbered(part, place)) };
    case 'not':
      return { ...node, part: renumbered(node.part, place) };
    case 'clause':
      return { ...node, condition: renumbered(node.condition, place) };
    case 'choice': {
      const cases: Partial<Record<UseState, Sql>> = {};
      const use = place(node.use);
      for (const state of useStates) {
        const part = node.cases[state];
        if (part !== undefined) cases[state] = renumbered(part, place);
      }
      return { kind: 'choice', use, cases };
    }
    default:
      return node;
  }
}

/** Among the tables of a plan: SQL that the user wrote, which is not looked into. */
export const anyTable = '*';

/** In which form the rows of a step go on. `step` is the one that looks inside, 0 the response. */
export type RowsForm = { readonly as: 'json' } | { readonly as: 'objects'; readonly because: string; readonly step?: number };

/** What every plan of a database step tells about itself: for `explain`, effects and policies. */
export interface DatabasePlan {
  readonly database: true;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** Takes row locks, so it needs a transaction. */
  readonly locks: boolean;
  /** How the rows stand in the step's answer, as far as nothing needs a look inside to make it; absent where it has none. */
  readonly answers?: 'row' | 'list' | 'page' | { readonly because: string };
  /** In which form the rows go on: said when the whole stack is known. */
  readonly form?: RowsForm;
  /** Every statement of the step, in its main variants. */
  readonly statements: () => readonly Statement[];
}

/** Whether the plan of an `invoke` is a database step's. */
export function isDatabasePlan(plan: unknown): plan is DatabasePlan {
  return typeof plan === 'object' && plan !== null && 'database' in plan && plan.database === true;
}
