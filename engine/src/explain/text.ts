/** The sections of an explained stack as text for people. */
import { anyTable } from '../3-plan/sql/query-plan.ts';
import type { ExplainedStack, ExplainedStatement } from './explain.ts';
import type { ExplainedStep } from './tree.ts';
import type { ExplainedSending } from './ways.ts';

/** The sections, in the order of the way from text to program. */
export const explainSections = ['ast', 'plan', 'sql', 'javascript', 'effects'] as const;
export type ExplainSection = (typeof explainSections)[number];

/** The text of one section, without its heading; a section with nothing in it says so. */
export function sectionText(explained: ExplainedStack, section: ExplainSection): string {
  switch (section) {
    case 'ast': {
      const { steps, response } = explained.ast;
      const lines = [...stepLines(steps, ''), ...(response === null ? [] : [`response ${response}`])];
      return lines.length === 0 ? 'no steps' : lines.join('\n');
    }
    case 'plan':
      return explained.plan.length === 0 ? 'nothing to do' : explained.plan.join('\n');
    case 'sql':
      return explained.sql.length === 0 ? 'no statements known before a run' : explained.sql.map(statementText).join('\n\n');
    case 'javascript':
      return indented(explained.javascript);
    case 'effects':
      return effectsText(explained);
  }
}

function stepLines(steps: readonly ExplainedStep[], indent: string): string[] {
  return steps.flatMap((step) => {
    const width = Math.max(0, ...step.parameters.map(({ name }) => name.length));
    return [
      `${indent}${step.function}  (line ${step.line})`,
      ...step.parameters.map(({ name, value }) => `${indent}  ${name.padEnd(width)}  ${value}`),
      ...step.blocks.flatMap((block) => [`${indent}  ${block.name}:`, ...stepLines(block.steps, `${indent}    `)]),
    ];
  });
}

const besideNames = { total: 'the total', nested: 'nested rows' } as const;

function statementText(statement: ExplainedStatement): string {
  const { steps, params, columns, access, table, locks, maxRows, beside, absent } = statement;
  const rows = maxRows === null ? 'any number of rows' : `at most ${maxRows} ${maxRows === 1 ? 'row' : 'rows'}`;
  const facts = [
    ...(beside === null ? [] : [besideNames[beside]]),
    `${access} ${table}`,
    rows,
    ...(locks ? ['locks rows'] : []),
    ...(absent ? ['without the optional values'] : []),
  ];
  return [
    `-- ${steps.length === 1 ? 'step' : 'steps'} ${steps.join(', ')} ${statement.function}: ${facts.join(', ')}`,
    ...sentLines(statement.sent, 'goes', ({ way, because }) => `${wayNames[way]}, because ${because}`),
    ...sentLines(statement.sent, 'rows', ({ rows }) =>
      rows === null ? null : `${rows.as === 'json' ? 'stay JSON' : 'become objects'}, because ${rows.because}`,
    ),
    brokenSql(statement.text),
    ...(params.length === 0 ? [] : [`-- binds    ${params.map((type, i) => `$${i + 1} ${type}`).join(', ')}`]),
    ...(columns.length === 0 ? [] : [`-- answers  ${columns.map(({ name, type }) => `${name} ${type}`).join(', ')}`]),
  ].join('\n');
}

const wayNames: Readonly<Record<ExplainedSending['way'], string>> = {
  shared: 'on a shared connection',
  grouped: 'on a shared connection, in one commit with others',
  own: 'on a connection of its own',
  transaction: "on the transaction's connection",
};

/** What is said of the steps that send a statement: once where it is the same for all of them. */
function sentLines(
  sent: readonly ExplainedSending[],
  title: 'goes' | 'rows',
  tell: (sending: ExplainedSending) => string | null,
): readonly string[] {
  const stepsOf = Map.groupBy(sent, tell);
  return [...stepsOf].flatMap(([told, those]) => {
    if (told === null) return [];
    const steps = stepsOf.size === 1 ? '' : ` (step ${those.map(({ step }) => step).join(', ')})`;
    return [`-- ${title.padEnd(7)}  ${told}${steps}`];
  });
}

const tableText = (table: string): string => (table === anyTable ? 'unknown (direct_query)' : table);

function effectsText({ effects }: ExplainedStack): string {
  if (effects.pure) return 'none: the run is pure and waits for nothing';
  const list = (items: readonly string[]): string => (items.length === 0 ? '-' : items.join(', '));
  return [
    `effects  ${list(effects.names)}`,
    `reads    ${list(effects.reads.map(tableText))}`,
    `writes   ${list(effects.writes.map(tableText))}`,
    `hosts    ${list(effects.hosts)}`,
    ...(effects.needsTransaction ? ['locks rows: callers must bring a transaction'] : []),
  ].join('\n');
}

/** Indents generated code by its braces: it has one statement a line, and braces of texts only inside quotes. */
function indented(javascript: string): string {
  let depth = 0;
  const lines: string[] = [];
  for (const line of javascript.split('\n')) {
    const text = line.trim();
    if (text === '') continue;
    const { opened, closedFirst, closed } = bracesOf(text);
    lines.push(`${'  '.repeat(Math.max(0, depth - closedFirst))}${text}`);
    depth = Math.max(0, depth + opened - closed);
  }
  return lines.join('\n');
}

/** Braces outside quotes; `closedFirst` are those at the line's beginning. */
function bracesOf(line: string): { readonly opened: number; readonly closed: number; readonly closedFirst: number } {
  const plain = line.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  const count = (character: string): number => plain.split(character).length - 1;
  return { opened: count('{'), closed: count('}'), closedFirst: /^\}*/.exec(plain)?.[0].length ?? 0 };
}

/** Words that begin a line of a shown statement where they stand outside brackets and quotes. */
const clause =
  /^ (?=(?:from|(?:inner |left )?join|where|group by|having|order by|limit|for (?:update|share)|values|set|on conflict|returning|union all)\b)/;

/** The statement over several lines: for reading only, the text that is sent has none. */
function brokenSql(sql: string): string {
  let depth = 0;
  let quote = '';
  let result = '';
  for (let i = 0; i < sql.length; i++) {
    const character = sql.charAt(i);
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '(') depth++;
    else if (character === ')') depth--;
    else if (character === ' ' && depth === 0 && clause.test(sql.slice(i, i + 16))) {
      result += '\n';
      continue;
    }
    result += character;
  }
  return result;
}
