/** Reference pages of filters: one a family. */
import { type AnyFilter, filterFamilies } from '@ashlar/engine';
import { code, mark, table } from './text.ts';

/** A page for each family, and the list of all. */
export function filterPages(filters: readonly AnyFilter[]): ReadonlyMap<string, string> {
  const byFamily = Map.groupBy(filters, (one) => one.family);
  const known = Object.keys(filterFamilies).filter((family): family is AnyFilter['family'] => family in filterFamilies);
  const present = known.flatMap((family) => {
    const members = byFamily.get(family);
    return members === undefined ? [] : [{ family, members }];
  });
  return new Map([
    ['docs/reference/filters/index.md', indexPage(present)],
    ...present.map(({ family, members }): [string, string] => [
      `docs/reference/filters/${family}.md`,
      `${mark}\n# ${filterFamilies[family]}\n\n[All filters](index.md)\n\n${members.map(filterText).join('\n\n')}\n`,
    ]),
  ]);
}

function indexPage(present: readonly { readonly family: AnyFilter['family']; readonly members: readonly AnyFilter[] }[]): string {
  const parts = present.map(({ family, members }) => {
    const rows = members.map((one) => [`[${one.name}](${family}.md#${one.name})`, one.description]);
    return `## ${filterFamilies[family]}\n\n${table(['filter', 'what it does'], rows)}`;
  });
  return `${mark}
# Filters

Pure transformations inside an expression: \`{{ name|trim|to_upper }}\`. A filter is a postfix and binds tighter than every operator:
\`a|add:1 > 3\` means \`(a|add:1) > 3\`. A *lambda* argument is a whole expression over \`item\` and \`index\`; any other argument is a literal,
a path, or stands in brackets. Where a filter does not say that it takes null, null gives null.

${parts.join('\n\n')}
`;
}

function filterText(one: AnyFilter): string {
  const rows = one.parameters.map((parameter) => [
    code(parameter.name),
    parameter.kind === 'lambda' ? 'a lambda' : (parameter.types?.join(', ') ?? 'any value'),
    parameter.optional === true ? '' : 'yes',
    parameter.description,
  ]);
  const examples = one.examples.map(({ expression, result }) => [code(expression), code(JSON.stringify(result))]);
  return [
    `## ${one.name}`,
    one.description,
    `Takes ${one.input === undefined ? 'any value' : one.input.join(', ')}.${one.aliases?.length ? ` Also written ${one.aliases.map(code).join(', ')}.` : ''}`,
    ...(rows.length === 0 ? [] : [table(['argument', 'takes', 'needed', 'what it is'], rows)]),
    table(['expression', 'result'], examples),
  ].join('\n\n');
}
