/** The `where` of a nested list, split: which own columns equal which outer ones, and the rest. */
import type { Expression, JsonNode } from '../../1-syntax/ast.ts';
import type { SqlType } from './column-types.ts';
import { RowCompiler } from './compiler.ts';
import type { CompileContext } from './context.ts';
import { reach, type SqlScope, type SqlSource, type SqlValue } from './scope.ts';
import { and, or, type Sql, sql } from './tree.ts';

export interface Equality {
  readonly own: string;
  readonly ownValue: SqlValue;
  /** Place of the outer column in the tuple. */
  readonly outerType: SqlType;
  readonly outerNullable: boolean;
}

export interface SplitWhere {
  readonly equalities: readonly Equality[];
  /** The conditions that are no equality between an own and an outer column. */
  readonly rest: Sql;
  /** All of it, with the outer columns as columns. */
  readonly whole: Sql;
}

/** Reads the condition of a nested level; without an equality the caller reports it. */
export function splitWhere(context: CompileContext, scope: SqlScope, own: SqlSource, node: JsonNode | undefined): SplitWhere {
  const equalities: Equality[] = [];
  const rest: Sql[] = [];
  const whole: Sql[] = [];
  const compiler = new RowCompiler(context, scope, { optional: 'allowed' });
  for (const part of node === undefined ? [] : conjuncts(context.step.parse(node))) {
    const equality = equalityOf(part, scope, own);
    const condition = equality === undefined ? compiler.condition(part) : joinCondition(compiler, part, equality);
    if (equality === undefined) rest.push(condition);
    else equalities.push(equality);
    whole.push(condition);
  }
  return { equalities, rest: and(...rest), whole: and(...whole) };
}

function conjuncts(expression: Expression): readonly Expression[] {
  if (expression.kind !== 'logical' || expression.operator !== '&&') return [expression];
  return [...conjuncts(expression.left), ...conjuncts(expression.right)];
}

function equalityOf(part: Expression, scope: SqlScope, own: SqlSource): Equality | undefined {
  if (part.kind !== 'binary' || part.operator !== '==' || part.optional) return undefined;
  const left = reach(part.left, scope);
  const right = reach(part.right, scope);
  if (left?.kind !== 'column' || right?.kind !== 'column') return undefined;
  const [mine, mineSide, other] = left.source === own ? [left, part.left, right] : [right, part.right, left];
  if (mine.source !== own || !other.source.outer || mineSide.kind !== 'member') return undefined;
  return { own: mineSide.name, ownValue: mine.value, outerType: other.value.type, outerNullable: other.value.nullable };
}

/** An equality as an index can serve it: two nulls are equal, but `is not distinct from` uses no index. */
function joinCondition(compiler: RowCompiler, part: Expression, equality: Equality): Sql {
  const condition = compiler.condition(part);
  if (part.kind !== 'binary' || !equality.ownValue.nullable || !equality.outerNullable) return condition;
  const left = compiler.value(part.left).sql;
  const right = compiler.value(part.right).sql;
  return or(sql`${left} = ${right}`, and(sql`${left} is null`, sql`${right} is null`));
}
