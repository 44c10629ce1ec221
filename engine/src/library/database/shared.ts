/** What the database functions share: compiling in each phase, arguments, parameters. */
import { type JsonObject, member } from '../../1-syntax/ast.ts';
import type { CompileContext, Phase } from '../../3-plan/sql/context.ts';
import { manyOptional } from '../../3-plan/sql/problems.ts';
import type { Invoke, IrExpression, IrStatement } from '../../ir.ts';
import { anyType, type Type } from '../../types/type.ts';
import type { Value } from '../../values/value.ts';
import type { FunctionParameter, ParameterHabit, StepCheck, StepPlan } from '../define.ts';

/** Optional conditions of a step that need no word. */
const fewOptional = 8;

interface Compiled<P> {
  readonly plan: P;
  readonly context: CompileContext;
  readonly result: Type;
}

/** Compiles a step; undefined when a problem left nothing to compile. */
export type Compile<P> = (step: StepCheck, phase: Phase) => Compiled<P> | undefined;

/** The `result`, `check` and `plan` of a function whose step is compiled to SQL. `invoke` gets a list of arguments of its own. */
export function compiled<P>(compile: Compile<P>, invoke: Invoke<P, Value[]>) {
  return {
    result: (step: StepCheck): Type => compile(step, 'type')?.result ?? anyType,
    check: (step: StepCheck): void => {
      const context = compile(step, 'check')?.context;
      // Counted over the whole step, nested rows included: the number is known when all of it was read.
      if (context !== undefined && context.optionalCount > fewOptional)
        context.report(manyOptional, step.param('where') ?? step.node, { count: context.optionalCount });
    },
    plan: (step: StepPlan): readonly IrStatement[] => {
      const found = compile(step, 'plan');
      return found === undefined ? [] : [step.invoke(invoke, found.plan, argumentsOf(step, found.context))];
    },
  };
}

/** The step's arguments as one list; null where the engine fills in a value of its own. */
function argumentsOf(step: StepPlan, context: CompileContext): IrExpression {
  const items = context.args.map((arg): IrExpression => (arg === null ? { op: 'constant', value: null } : step.lower(arg)));
  return { op: 'list', items };
}

export const tableParameter: FunctionParameter = { kind: 'table', required: true, description: 'The table.' };

export const idParameter: FunctionParameter = {
  kind: 'row_value',
  description: 'The key of the record. Either this or `where`.',
  aliases: ['record_id', 'field_value'],
};

export const whereParameter: FunctionParameter = {
  kind: 'where',
  description: 'A condition over the rows: `{{ db.order.status == "open" && db.order.total > input.least }}`.',
  aliases: ['filter', 'search'],
};

export const outputParameter: FunctionParameter = {
  kind: 'raw',
  description: 'The columns of the answer; without it, all but passwords.',
  schema: { type: 'array', items: { type: 'string' } },
};

export const withParameter: FunctionParameter = {
  kind: 'raw',
  description: 'Rows of other tables that belong to each row, by name.',
  schema: {
    type: 'object',
    additionalProperties: {
      type: 'object',
      required: ['table', 'where'],
      additionalProperties: false,
      properties: {
        table: { type: 'string', description: 'The table of the nested rows.' },
        where: { type: 'string', description: 'A condition with an equality between an own and an outer column.' },
        sort: { type: 'array', items: { type: 'string' } },
        limit: { type: 'integer', minimum: 1, description: 'Rows for each outer row.' },
        output: { type: 'array', items: { type: 'string' } },
        eval: { type: 'object', additionalProperties: { type: 'string' } },
        single: { type: 'boolean', description: 'The first row or null instead of a list.' },
        with: { type: 'object' },
      },
    },
  },
};

export const sortParameter: FunctionParameter = {
  kind: 'raw',
  description: 'Columns, each with `-` before it to sort downwards: ["-created_at", "id"]. The key is always the last one.',
  schema: { type: 'array', items: { type: 'string' } },
};

export const lockParameter: FunctionParameter = {
  kind: 'literal',
  description: 'Locks the rows until the transaction ends.',
  schema: { type: 'string', enum: ['update', 'share'] },
};

export const dataParameter: FunctionParameter = {
  kind: 'row_value',
  required: true,
  description: 'The values by column, written out.',
  aliases: ['values', 'fields'],
};

/** A name that a step writes, or a word in its place. */
function nameIn(step: JsonObject, key: string, otherwise: string): string {
  const node = member(step, key);
  return node?.kind === 'string' ? node.value : otherwise;
}

/** A value that a step writes, as an expression has it; a word in its place where it is no simple one. */
function valueIn(step: JsonObject, key: string): string {
  const node = member(step, key);
  if (node?.kind === 'number') return node.text;
  if (node?.kind !== 'string') return 'VALUE';
  const inner = /^\s*\{\{([^{}]*)\}\}\s*$/.exec(node.value)?.[1]?.trim();
  return inner ?? (/[{}']/.test(node.value) ? 'VALUE' : `'${node.value}'`);
}

/** `field_name` and `field_value`: a record by one of its columns. */
export const recordHabits: readonly ParameterHabit[] = [
  {
    names: ['field_name', 'field_value'],
    means: 'where',
    instead: (step) => {
      const column = `db.${nameIn(step, 'table', 'TABLE')}.${nameIn(step, 'field_name', 'FIELD')}`;
      return `Write "where": "{{ ${column} == ${valueIn(step, 'field_value')} }}".`;
    },
  },
];
