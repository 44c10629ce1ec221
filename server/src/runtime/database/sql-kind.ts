/**
 * What a user's SQL does, as PostgreSQL's own parser reads it. The rights of the roles are the isolation; this keeps session
 * and transaction commands off connections that others use next.
 */
import { errorOf } from '@ashlar/engine';
import { hasSqlDetails, loadModule, parseSync } from 'libpg-query';
import { directQueryRefused, failedQuery } from './errors.ts';

/** Characters of the SQL of one direct_query. */
export const longestSql = 100_000;

const writes: ReadonlySet<string> = new Set(['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt']);

/** null: it may run; else why not. */
type Judgement = string | null;

const judged = new Map<string, Judgement>();
const keptJudgements = 500;
const loading = loadModule();

/** Checks that the text is one SELECT, or with `write` one SELECT, INSERT, UPDATE, DELETE or MERGE. Throws `direct_query_refused` or `direct_query_failed`. */
export async function checkSql(sql: string, write: boolean): Promise<void> {
  await loading;
  const key = `${write ? 'w' : 'r'} ${sql}`;
  let judgement = judged.get(key);
  if (judgement === undefined) {
    judgement = judge(sql, write);
    if (judged.size >= keptJudgements) judged.delete(judged.keys().next().value ?? '');
    judged.set(key, judgement);
  }
  if (judgement !== null) throw errorOf(directQueryRefused, { reason: judgement });
}

function judge(sql: string, write: boolean): Judgement {
  const statements = parse(sql).stmts ?? [];
  if (statements.length !== 1) return `it must be one statement, and is ${statements.length}`;
  const statement = statements[0]?.stmt;
  const kind = Object.keys(statement ?? {})[0] ?? '';
  if (kind !== 'SelectStmt' && !writes.has(kind)) return 'only SELECT, INSERT, UPDATE, DELETE and MERGE are possible here';
  if (holds(statement, 'intoClause')) return 'SELECT INTO makes a table';
  if (!write && [...writes].some((name) => holds(statement, name))) return 'it writes, and "write": true is not there';
  return null;
}

function parse(sql: string): ReturnType<typeof parseSync> {
  try {
    return parseSync(sql);
  } catch (error) {
    const position = hasSqlDetails(error) ? (error.sqlDetails?.cursorPosition ?? null) : null;
    const message = error instanceof Error ? error.message : 'it can not be read';
    throw failedQuery(error, message, '42601', position);
  }
}

/** Whether a member of that name stands anywhere in the tree. */
function holds(tree: unknown, name: string): boolean {
  const open: unknown[] = [tree];
  while (open.length > 0) {
    const node = open.pop();
    if (typeof node !== 'object' || node === null) continue;
    for (const [key, value] of Object.entries(node)) {
      if (key === name) return true;
      open.push(value);
    }
  }
  return false;
}
