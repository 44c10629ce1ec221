/** Runs a statement that the user wrote, with real parameters. */
import type { JsonNode } from '../../1-syntax/ast.ts';
import { placeholdersOf } from '../../3-plan/sql/placeholders.ts';
import { paramsMismatch, sqlNotLiteral } from '../../3-plan/sql/problems.ts';
import { anyTable, type DatabasePlan } from '../../3-plan/sql/query-plan.ts';
import { errorOf, wrongType } from '../../errors.ts';
import type { Invoke } from '../../ir.ts';
import { listOf, nullable, type Type, type } from '../../types/type.ts';
import { isList } from '../../values/kinds.ts';
import { typeName } from '../../values/operators.ts';
import type { ValueObject } from '../../values/value.ts';
import { defineFunction, type StepCheck } from '../define.ts';

interface DirectPlan extends DatabasePlan {
  readonly sql: string;
  readonly single: boolean;
  readonly write: boolean;
  readonly maxRows: number;
}

const invoke: Invoke<DirectPlan, ValueObject> = async (run, step, plan, args) => {
  const params = args.params ?? [];
  if (!isList(params)) throw errorOf(wrongType, { what: 'params', wanted: 'a list', found: typeName(params) });
  const { sql, write, maxRows } = plan;
  const { rows } = await run.effects.direct_query(run, step, { sql, params, write, maxRows });
  return plan.single ? (rows[0] ?? null) : rows;
};

const sqlNode = (step: StepCheck): (JsonNode & { kind: 'string' }) | undefined => {
  const node = step.param('sql');
  return node?.kind === 'string' ? node : undefined;
};

function check(step: StepCheck): void {
  const node = sqlNode(step);
  if (node === undefined) {
    const found = step.param('sql');
    if (found !== undefined) step.problem(sqlNotLiteral, found, {});
    return;
  }
  if (node.value.includes('{{')) {
    step.problem(sqlNotLiteral, node, {});
    return;
  }
  const params = step.expression('params');
  const wanted = placeholdersOf(node.value);
  const found = params === undefined ? 0 : params.kind === 'list' ? params.items.length : undefined;
  if (found !== undefined && found !== wanted) step.problem(paramsMismatch, step.param('params') ?? node, { wanted, found });
}

/**
 * Whether its rows may carry a password's hash: the role that writes can read those columns, the one of plain queries can't.
 * What SQL selects is not looked into; a statement that names a table with passwords is enough.
 */
function mayShowPasswords(step: StepCheck): boolean {
  const { inTransaction, inFunction } = step.flow;
  if (step.literal('write') !== true && !inTransaction && !inFunction) return false;
  const words = new Set((sqlNode(step)?.value ?? '').toLowerCase().match(/[\p{L}\p{N}_]+/gu));
  return [...step.workspace.tables.values()].some(
    (table) => words.has(table.name.toLowerCase()) && [...table.columns.values()].some((column) => column.type === 'password'),
  );
}

const rowOf = (step: StepCheck): Type => type('object', mayShowPasswords(step) ? { password: true } : {});

export const directQuery = defineFunction({
  name: 'direct_query',
  aliases: ['direct_database_query', 'db_direct_query'],
  family: 'database',
  description:
    'Runs one statement in SQL with $1, $2, … as real parameters; reading only, unless `write` is true. Answers the rows.',
  parameters: {
    sql: {
      kind: 'raw',
      required: true,
      aliases: ['query', 'code'],
      description: 'The statement, without expressions.',
      schema: { type: 'string' },
    },
    params: { kind: 'value', types: ['list'], aliases: ['parameters', 'arg'], description: 'The values of $1, $2, …' },
    single: {
      kind: 'literal',
      description: 'The first row or null instead of a list.',
      schema: { type: 'boolean' },
      default: false,
    },
    write: {
      kind: 'literal',
      description: 'Allows INSERT, UPDATE, DELETE and MERGE.',
      schema: { type: 'boolean' },
      default: false,
    },
  },
  effects: ['direct_query'],
  check,
  result: (step) => (step.literal('single') === true ? nullable(rowOf(step)) : listOf(rowOf(step))),
  plan: (step) => {
    const write = step.literal('write') === true;
    const plan: DirectPlan = {
      database: true,
      reads: [anyTable],
      writes: write ? [anyTable] : [],
      locks: false,
      statements: () => [],
      sql: sqlNode(step)?.value ?? '',
      single: step.literal('single') === true,
      write,
      maxRows: step.workspace.settings.maxRows,
    };
    return [step.invoke(invoke, plan, step.values('params'))];
  },
  examples: [
    {
      title: 'Orders a day in the last week',
      stack: [
        {
          function: 'direct_query',
          sql: 'select created_at::date as day, count(*) as n from "order" where created_at > $1 group by 1 order by 1',
          params: ['{{ input.since }}'],
          return_as: 'days',
        },
      ],
    },
  ],
});
