/** Routes: from the path of an endpoint's file to its segments, and what two files must not both claim. */
import type { Span } from '../1-syntax/ast.ts';
import type { EndpointDefinition, GroupDefinition, Method, Segment } from '../model.ts';
import type { Problems } from '../problems.ts';
import { reservedName } from './problems.ts';
import { badSegment, parameterTwice, routeAmbiguous, routeTaken } from './route-problems.ts';

interface Place {
  readonly span: Span;
  readonly pointer: string;
}

export const methods: Readonly<Record<string, Method>> = {
  get: 'GET',
  post: 'POST',
  put: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  head: 'HEAD',
};

const literalForm = /^[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,199}$/;
const parameterForm = /^\[([A-Za-z_][A-Za-z0-9_]{0,99})\]$/;

/** Segments of a route from the names of folders and file (without method and ending); null when one can be no part of a URL. */
export function readSegments(names: readonly string[], at: Place, problems: Problems): readonly Segment[] | null {
  const segments: Segment[] = [];
  let good = true;
  for (const [index, name] of names.entries()) {
    if (name === 'index' && index === names.length - 1) continue;
    const parameter = parameterForm.exec(name)?.[1];
    if (parameter === undefined && !literalForm.test(name)) {
      problems.add(badSegment, at, { segment: name, hint: segmentHint(name) });
      good = false;
    } else if (parameter !== undefined && segments.some((one) => one.kind === 'parameter' && one.name === parameter)) {
      problems.add(parameterTwice, at, { name: parameter });
      good = false;
    } else segments.push(parameter === undefined ? { kind: 'literal', text: name } : { kind: 'parameter', name: parameter });
  }
  return good ? segments : null;
}

function segmentHint(name: string): string | undefined {
  const braced = /^[{:<]([A-Za-z_]\w*)[}>]?$/.exec(name)?.[1];
  if (braced !== undefined) return `A parameter stands in brackets: [${braced}].`;
  if (name.includes('[')) return 'A parameter is a whole part of the path: a folder or file called [id].';
  return 'Letters, digits, - _ . ~, or one name in brackets.';
}

/** `/orders/{id}`; `/` for the index. */
export function pathTextOf(segments: readonly Segment[]): string {
  return `/${segments.map((one) => (one.kind === 'literal' ? one.text : `{${one.name}}`)).join('/')}`;
}

/** Reports routes that two files answer, parameters with two names in one place, and paths that groups serve themselves. */
export function checkRoutes(
  endpoints: readonly EndpointDefinition[],
  groups: ReadonlyMap<string, GroupDefinition>,
  problems: Problems,
): void {
  const taken = new Map<string, string>();
  const parameters = new Map<string, { readonly name: string; readonly file: string }>();
  for (const endpoint of endpoints) {
    const at = { span: { source: endpoint.source, start: 0, end: 0 }, pointer: '' };
    const file = endpoint.source.path;
    let place = `${endpoint.group}:`;
    for (const segment of endpoint.path) {
      if (segment.kind === 'literal') place += `/${segment.text}`;
      else {
        place += '/[]';
        const first = parameters.get(place);
        if (first === undefined) parameters.set(place, { name: segment.name, file });
        else if (first.name !== segment.name)
          problems.add(routeAmbiguous, at, { name: segment.name, other: first.name, file: first.file });
      }
    }
    const route = `${endpoint.method} ${place}`;
    const other = taken.get(route);
    if (other === undefined) taken.set(route, file);
    else problems.add(routeTaken, at, { route: `${endpoint.method} ${endpoint.pathText}`, other });
    if (endpoint.pathText === '/openapi.json' && groups.get(endpoint.group)?.docs !== false)
      problems.add(reservedName, at, {
        what: 'An endpoint',
        name: 'openapi.json',
        reason: 'the group serves its OpenAPI document there ("docs": false in group.jsonc ends that)',
      });
  }
}
