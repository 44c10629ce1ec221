/** Reference page of the control API. */
import { type AnyCall, querySchema } from '../../server/src/control/define.ts';
import { typeText } from './json-types.ts';
import { block, code, mark, table } from './text.ts';

/** The calls, and what each takes and answers. */
export function callsPage(calls: readonly AnyCall[]): string {
  const rows = calls.map((call) => [
    `[${call.id}](#${call.id.toLowerCase()})`,
    code(`${call.method} ${call.path}`),
    call.summary,
  ]);
  return `${mark}
# Control API

Calls that operate an instance. They need the admin key as \`Authorization: Bearer …\`, take and answer JSON, and refuse unknown fields.
Lists are bare arrays; the next page stands in the \`Link\` header. An error has \`success: false\` and \`error\` beside the fields of every
[error](../errors/index.md). The same as OpenAPI: \`contract/openapi.json\`.

${table(['call', 'address', 'what it does'], rows)}

${calls.map(callText).join('\n\n')}
`;
}

function callText(call: AnyCall): string {
  const parts: readonly (readonly [string, unknown])[] = [
    ['Query', querySchema(call)],
    ['Body', call.body],
    ['Answer', call.answer],
  ];
  const shown = parts.filter(([, schema]) => schema !== undefined && !isEmpty(schema));
  return [
    `## ${call.id}`,
    `${code(`${call.method} ${call.path}`)}${call.permission === 'public' ? ', public' : ''}`,
    `${call.description ?? call.summary}`.replace(/([^.])$/, '$1.'),
    ...shown.map(([name, schema]) => `${name}:\n\n${block('ts', typeText(schema))}`),
    ...(call.errors?.length ? [`Errors: ${call.errors.map((name) => `[${name}](../errors/${name}.md)`).join(', ')}.`] : []),
  ].join('\n\n');
}

/** A schema of an object without members says nothing. */
function isEmpty(schema: unknown): boolean {
  const { properties } = schema as { readonly properties?: object };
  return properties !== undefined && Object.keys(properties).length === 0;
}
