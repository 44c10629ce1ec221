/** What a compiled stack is, in sections: how it was read, what it does, its SQL, its JavaScript, and what it may touch. */
import type { Expression } from '../1-syntax/ast.ts';
import type { CompiledStack } from '../compiled.ts';
import type { StackSource } from '../model.ts';
import type { Binding } from '../run/statement.ts';
import { describeType } from '../types/type.ts';
import { planLines } from './plan-text.ts';
import { type ExplainedStep, explainSteps, expressionText } from './tree.ts';
import { type ExplainedSending, sendingsOf } from './ways.ts';

/** A statement of a step. A text is listed once, with all steps that send it. */
export interface ExplainedStatement {
  /** Numbers of the steps. */
  readonly steps: readonly number[];
  /** `query_records`, by the first of the steps. */
  readonly function: string;
  readonly text: string;
  /** PostgreSQL's types of `$1 …`. */
  readonly params: readonly string[];
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly access: 'read' | 'write';
  readonly table: string;
  readonly locks: boolean;
  /** What it reads beside the step's own rows; null: those rows. */
  readonly beside: 'total' | 'nested' | null;
  /** The variant for a run without any of the values that may be left out; false: the one with all of them. */
  readonly absent: boolean;
  /** At most so many rows; null: not bounded. */
  readonly maxRows: number | null;
  /** How each of the steps sends it, and what becomes of the rows. */
  readonly sent: readonly ExplainedSending[];
}

/** What a stack may touch; lists are sorted. */
export interface ExplainedEffects {
  /** No effects at all: the run waits for nothing. */
  readonly pure: boolean;
  readonly names: readonly string[];
  /** Tables; `*` where a direct_query decides. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** Hosts of outbound calls; `*` where an expression decides. */
  readonly hosts: readonly string[];
  readonly needsTransaction: boolean;
}

export interface ExplainedStack {
  readonly label: string;
  /** Type of the answer. */
  readonly result: string;
  readonly ast: { readonly steps: readonly ExplainedStep[]; readonly response: string | null };
  readonly plan: readonly string[];
  readonly sql: readonly ExplainedStatement[];
  readonly javascript: string;
  readonly effects: ExplainedEffects;
}

/** A stack with the text that it was compiled from. */
export interface StackToExplain {
  readonly stack: CompiledStack;
  readonly definition: { readonly stack: StackSource; readonly response?: Expression };
}

/** Explains a stack that compiled without errors; one with errors gives the sections that can be made. */
export function explainStack({ stack, definition }: StackToExplain): ExplainedStack {
  const functions = new Map(stack.steps.map((step) => [step.number, step.function]));
  return {
    label: stack.label,
    result: describeType(stack.result),
    ast: {
      steps: explainSteps(definition.stack.steps),
      response: definition.response === undefined ? null : expressionText(definition.response),
    },
    plan: planLines(stack.ir, stack.response ?? null, { slotNames: stack.slotNames ?? [], functions }),
    sql: statementsOf(stack, functions),
    javascript: stack.javascript,
    effects: effectsOf(stack),
  };
}

function statementsOf(stack: CompiledStack, functions: ReadonlyMap<number, string>): readonly ExplainedStatement[] {
  const byText = new Map<string, ExplainedStatement & { steps: number[]; sent: ExplainedSending[] }>();
  const sending = sendingsOf(stack);
  for (const { step, statement } of stack.statements) {
    // What a null in an unusual place would make of it is not what people ask for.
    if (statement.absent === 'all') continue;
    const known = byText.get(statement.text);
    if (known !== undefined) {
      if (known.steps.includes(step)) continue;
      known.steps.push(step);
      known.sent.push(sending(step, statement));
      continue;
    }
    byText.set(statement.text, {
      steps: [step],
      function: functions.get(step) ?? '',
      text: statement.text,
      params: statement.params.map(typeOf),
      columns: statement.columns.map((column) => ({ name: column.name, type: typeOf(column) })),
      access: statement.access,
      table: statement.table,
      locks: statement.locks,
      beside: statement.beside ?? null,
      absent: statement.absent === 'optional',
      maxRows: statement.maxRows,
      sent: [sending(step, statement)],
    });
  }
  return [...byText.values()];
}

const typeOf = (binding: Binding): string => binding.pg;

function effectsOf({ effects, pure }: CompiledStack): ExplainedEffects {
  const sorted = (names: ReadonlySet<string>): readonly string[] => [...names].sort();
  return {
    pure,
    names: sorted(effects.names),
    reads: sorted(effects.reads),
    writes: sorted(effects.writes),
    hosts: sorted(effects.hosts),
    needsTransaction: effects.needsTransaction,
  };
}
