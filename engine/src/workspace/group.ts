/** apis/GROUP/group.jsonc, and what a group is without one. */
import type { JsonNode } from '../1-syntax/ast.ts';
import type { Cors, GroupDefinition } from '../model.ts';
import type { Problems } from '../problems.ts';
import { checkSlug, slugPattern } from './names.ts';
import { badHeader, badOrigin, corsCredentials, groupPathTaken } from './route-problems.ts';
import { choice, type Found, flag, type Keys, list, object, oneOrList, openingOf, type Shape, text, whole } from './shape.ts';

const allMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'] as const;

const originsShape = oneOrList('Origins whose pages may call: "https://app.example.com", or "*" for all', text('An origin'));
const corsKeys = {
  origins: originsShape,
  methods: list('Methods that they may use; all by default', choice('A method', allMethods)),
  headers: list('Headers that they may send; Content-Type and Authorization by default', text('Name of a header')),
  credentials: flag('Whether browsers send cookies along; not with the origin "*"'),
  max_age_s: whole('How long a browser may remember the answer, in seconds; 600 by default', 0, 86_400),
};

const corsObject = object('Calls from pages of other origins', corsKeys, { title: '"cors"' });
type CorsKeys = Keys<typeof corsKeys>;

/** Origins alone are the short form. */
const corsShape: Shape<CorsKeys> = {
  description: 'Which pages of other origins may call the group; none by default',
  read: (node, problems, what) => {
    if (node.kind === 'object') return corsObject.read(node, problems, what);
    const value = originsShape.read(node, problems, what);
    if (value === undefined) return undefined;
    return { origins: { value, node } };
  },
  schema: (definitions) => ({ anyOf: [corsObject.schema(definitions), originsShape.schema(definitions)] }),
};

export const unknownInputsShape = choice('What happens to inputs that are not declared: ignored (the default) or refused', [
  'ignore',
  'refuse',
]);

export const groupShape = object(
  'A group of endpoints',
  {
    title: text('Title of the group in its documentation'),
    description: text('What the group is for'),
    path: text("Segment in /api:PATH; the folder's name by default, unique in the instance", { pattern: slugPattern }),
    cors: corsShape,
    unknown_inputs: unknownInputsShape,
    docs: flag('Whether the documentation page and openapi.json are served; true by default'),
  },
  { title: 'group.jsonc', file: true },
);

const noCors: Cors = {
  origins: [],
  methods: allMethods,
  headers: ['content-type', 'authorization'],
  credentials: false,
  maxAgeS: 600,
};

/** Reads a group; `root` is undefined where it has no group.jsonc. `at` shows a folder whose name can be no path. */
export function readGroup(
  folder: string,
  root: JsonNode | undefined,
  at: Parameters<Problems['add']>[1],
  problems: Problems,
): GroupDefinition {
  const keys = root === undefined ? {} : (groupShape.read(root, problems, 'group.jsonc') ?? {});
  const path = keys.path?.value ?? folder;
  checkSlug(path, 'the path of a group', keys.path?.node ?? at, problems);
  return {
    folder,
    path,
    title: keys.title?.value ?? folder,
    description: keys.description?.value ?? '',
    cors: keys.cors === undefined ? noCors : readCors(keys.cors.value, problems),
    unknownInputs: keys.unknown_inputs?.value ?? 'ignore',
    docs: keys.docs?.value ?? true,
  };
}

const originForm = /^[a-z][a-z0-9+.-]*:\/\/(?:[A-Za-z0-9._-]+|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?$/;
const headerForm = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;

function readCors(keys: CorsKeys, problems: Problems): Cors {
  const origins = (keys.origins?.value ?? []).filter(({ value, node }) => {
    const good = value === '*' || originForm.test(value);
    if (!good) problems.add(badOrigin, node, { origin: value });
    return good;
  });
  const credentials = keys.credentials?.value ?? false;
  if (credentials && keys.credentials !== undefined && origins.some((origin) => origin.value === '*'))
    problems.add(corsCredentials, keys.credentials.node, {});
  return {
    origins: unique(origins.map((origin) => (origin.value === '*' ? '*' : originOf(origin.value)))),
    methods: keys.methods === undefined ? noCors.methods : unique(keys.methods.value.map((method) => method.value)),
    headers: readHeaders(keys.headers, problems),
    credentials: credentials && !origins.some((origin) => origin.value === '*'),
    maxAgeS: keys.max_age_s?.value ?? noCors.maxAgeS,
  };
}

/** As browsers send it: host in lower case, no port where it is the scheme's own. */
function originOf(origin: string): string {
  const lower = origin.toLowerCase();
  if (lower.startsWith('https://')) return lower.replace(/:443$/, '');
  return lower.startsWith('http://') ? lower.replace(/:80$/, '') : lower;
}

function readHeaders(found: Found<readonly Found<string>[]> | undefined, problems: Problems): readonly string[] {
  if (found === undefined) return noCors.headers;
  const good = found.value.filter(({ value, node }) => {
    const fits = headerForm.test(value);
    if (!fits) problems.add(badHeader, node, { name: value });
    return fits;
  });
  return unique(good.map((header) => header.value.toLowerCase()));
}

const unique = <T>(values: readonly T[]): readonly T[] => [...new Set(values)];

/** Reports groups that claim one path. */
export function checkGroupPaths(
  groups: Iterable<GroupDefinition>,
  roots: ReadonlyMap<string, JsonNode>,
  problems: Problems,
): void {
  const taken = new Map<string, string>();
  for (const { folder, path } of groups) {
    const other = taken.get(path);
    const root = roots.get(folder);
    if (other === undefined) taken.set(path, folder);
    else {
      const at = root === undefined ? { span: emptySpan(`apis/${folder}`), pointer: '' } : openingOf(root);
      problems.add(groupPathTaken, at, { path, other });
    }
  }
}

/** A place in a file that isn't there. */
export function emptySpan(path: string): JsonNode['span'] {
  return { source: { path, text: '' }, start: 0, end: 0 };
}
