/** What an answer must be, whatever was sent. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorKinds } from '@ashlar/engine';
import '../../server/src/main.ts';
import type { Attempt, Reply } from './client.ts';
import { texts } from './values.ts';
import { workspaceFiles } from './workspace.ts';

const repository = join(import.meta.dirname, '..', '..');

/** Codes that the texts of workspaces throw. */
function codesOf(texts: Iterable<string>): readonly string[] {
  return [...texts].flatMap((text) => [...text.matchAll(/"code": "([a-z_]+)"/g)].map(([, code = '']) => code));
}

function exampleTexts(): readonly string[] {
  const folder = join(repository, 'examples');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.jsonc'))
    .map((path) => readFileSync(join(folder, path), 'utf8'));
}

const known: ReadonlySet<string> = new Set([
  ...errorKinds().map((kind) => kind.code),
  ...codesOf(exampleTexts()),
  ...codesOf(Object.values(workspaceFiles())),
  'not_found',
]);

/** The only answers of 500 and more that a request may bring about here: limits, outbound calls and unknown methods. */
const allowedFailures: Readonly<Record<string, number>> = {
  deadline_exceeded: 504,
  statement_timeout: 504,
  step_limit: 503,
  text_too_large: 503,
  list_too_large: 503,
  result_too_large: 503,
  value_too_deep: 503,
  value_too_large: 503,
  recursion_limit: 503,
  outbound_failed: 502,
  outbound_timeout: 504,
  method_unknown: 501,
};

/** Never in any answer. */
const internals: readonly RegExp[] = [
  /\bat [\w.<>[\] ]+ \(?(?:file|node|\/)[^)]*:\d+:\d+/,
  /node:internal|node_modules|\.ts:\d+/,
  new RegExp(repository.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')),
  /scrypt\$|\$argon2|\$2[aby]\$/,
];

/** Never in an error: SQL, and what PostgreSQL says of tables, roles and constraints. */
const database: readonly RegExp[] = [
  /\b(?:select|insert into|update|delete from)\b[^{}]*"[a-z_]+"/i,
  /\$\d::|::(?:text|jsonb|int8|numeric)\b/,
  /violates|syntax error at|permission denied for|invalid input syntax|relation "|column "|operator does not exist|pg_catalog|constraint "/i,
  /ECONNREFUSED|EAI_AGAIN|ENOTFOUND|Cannot read propert|is not a function|is not iterable|Maximum call stack|\[object Object\]/,
];

/**
 * What is wrong with an answer; empty when nothing is.
 * @param secrets texts that no answer may hold
 */
export function faultsOf(attempt: Attempt, reply: Reply, secrets: readonly string[]): readonly string[] {
  const faults: string[] = [];
  const everything = `${JSON.stringify(reply.headers)}\n${reply.text}`;
  for (const secret of secrets)
    if (everything.includes(secret) && !sentBy(attempt, secret)) faults.push(`leaks a secret (${secret})`);
  for (const pattern of internals)
    if (pattern.test(everything)) faults.push(`leaks ${pattern.exec(everything)?.[0].slice(0, 100)}`);
  if (reply.headers['x-request-id'] === undefined) faults.push('has no X-Request-Id');
  if (reply.status >= 400 && attempt.method !== 'HEAD') faults.push(...problemFaults(reply));
  return faults;
}

const sentBy = (attempt: Attempt, text: string): boolean =>
  attempt.target.includes(text) || attempt.body?.includes(text) === true;

/** What was sent comes back in messages; what is left is the server's own. */
const sent = texts.filter((text) => text.length > 5).flatMap((text) => [text, JSON.stringify(text).slice(1, -1)]);
const withoutSent = (text: string): string => sent.reduce((rest, one) => rest.replaceAll(one, ''), text);

function problemFaults(reply: Reply): readonly string[] {
  const faults: string[] = [];
  if (reply.headers['content-type'] !== 'application/problem+json') return ['is no problem document'];
  let document: Readonly<Record<string, unknown>>;
  try {
    document = JSON.parse(reply.text);
  } catch {
    return ['is no JSON'];
  }
  const { code, status, request_id, message, title } = document;
  if (typeof code !== 'string' || !known.has(code)) faults.push(`has the unknown code ${JSON.stringify(code)}`);
  if (status !== reply.status) faults.push(`says status ${String(status)}`);
  if (request_id !== reply.headers['x-request-id']) faults.push('has another request_id than X-Request-Id');
  if (typeof message !== 'string' || typeof title !== 'string') faults.push('has no message or title');
  if (reply.status >= 500 && (typeof code !== 'string' || allowedFailures[code] !== reply.status))
    faults.push(`fails with ${String(code)}`);
  const own = withoutSent(reply.text);
  for (const pattern of database) if (pattern.test(own)) faults.push(`tells ${pattern.exec(own)?.[0].slice(0, 100)}`);
  return faults;
}
