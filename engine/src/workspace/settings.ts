/** ashlar.jsonc and env.jsonc. */
import type { JsonNode } from '../1-syntax/ast.ts';
import { defaultLimits, defaultMaxRows, defaultPerPage, type Limits, maxPerPage } from '../limits.ts';
import type { EnvironmentVariable, WorkspaceSettings } from '../model.ts';
import type { Problems } from '../problems.ts';
import { checkSlug, slugPattern } from './names.ts';
import { badName, limitRaised, secretDefault } from './problems.ts';
import { choice, type Found, flag, keyOf, map, object, type Shape, text, whole } from './shape.ts';
import { timezoneShape } from './timezone.ts';

/** Keys of `limits` and what they lower. Units stand last in the names. */
const limitKeys = {
  deadline_ms: 'deadlineMs',
  steps: 'steps',
  text_length: 'textLength',
  list_items: 'listItems',
  result_bytes: 'resultBytes',
  body_bytes: 'bodyBytes',
  recursion: 'recursion',
} as const satisfies Readonly<Record<string, keyof Limits>>;

const limitDescriptions: Readonly<Record<keyof typeof limitKeys, string>> = {
  deadline_ms: 'Time for a run, in milliseconds',
  steps: 'Steps and loop turns of a run',
  text_length: 'Characters (UTF-16 units) of one text',
  list_items: 'Items of a list',
  result_bytes: 'Bytes of an answer',
  body_bytes: "Bytes of a request's body",
  recursion: 'Nesting of run_function',
};

/** A limit that can only be lowered. */
function lowered(key: keyof typeof limitKeys): Shape<number> {
  const most = defaultLimits[limitKeys[key]];
  const description = `${limitDescriptions[key]}; at most ${most}, which is the default`;
  const any = whole(description, 1, Number.MAX_SAFE_INTEGER);
  return {
    description,
    read: (node, problems, what) => {
      const value = any.read(node, problems, what);
      if (value === undefined || value <= most) return value;
      problems.add(limitRaised, node, { key, most });
      return undefined;
    },
    schema: () => ({ type: 'integer', minimum: 1, maximum: most, description }),
  };
}

export const settingsShape = object(
  'Settings of a workspace',
  {
    name: text('Name of the workspace: unique in the instance, stands in control URLs', { pattern: slugPattern }),
    description: text('One line on what the workspace is for'),
    timezone: timezoneShape('Time zone of dates and schedules (IANA name); UTC by default'),
    per_page: whole(`Rows of a page where a query names no per_page; ${defaultPerPage} by default`, 1, maxPerPage),
    max_rows: whole(
      `Rows that a list without page, cursor or limit may have; ${defaultMaxRows} by default`,
      1,
      defaultLimits.listItems,
    ),
    decimals: choice('How decimals stand in JSON answers: bare numbers with all digits (the default) or texts', [
      'number',
      'text',
    ]),
    limits: object(
      'Limits of runs and requests; they can only be lowered',
      {
        deadline_ms: lowered('deadline_ms'),
        steps: lowered('steps'),
        text_length: lowered('text_length'),
        list_items: lowered('list_items'),
        result_bytes: lowered('result_bytes'),
        body_bytes: lowered('body_bytes'),
        recursion: lowered('recursion'),
      },
      { title: '"limits"' },
    ),
  },
  { title: 'ashlar.jsonc', required: ['name'], file: true },
);

/** What holds where ashlar.jsonc says nothing (or is missing). */
export const defaultSettings: WorkspaceSettings = {
  name: 'workspace',
  description: '',
  timezone: 'UTC',
  perPage: defaultPerPage,
  maxRows: defaultMaxRows,
  decimals: 'number',
  limits: {},
};

/** Reads ashlar.jsonc; whatever is wrong keeps its default. */
export function readSettings(root: JsonNode, problems: Problems): WorkspaceSettings {
  const keys = settingsShape.read(root, problems, 'ashlar.jsonc') ?? {};
  const { name } = keys;
  const named = name !== undefined && checkSlug(name.value, 'a workspace', name.node, problems);
  const limits: Record<string, number> = {};
  for (const key of Object.keys(limitKeys) as (keyof typeof limitKeys)[]) {
    const limit: Found<number> | undefined = keys.limits?.value[key];
    if (limit !== undefined) limits[key] = limit.value;
  }
  return {
    name: named ? name.value : defaultSettings.name,
    description: keys.description?.value ?? '',
    timezone: keys.timezone?.value ?? defaultSettings.timezone,
    perPage: keys.per_page?.value ?? defaultSettings.perPage,
    maxRows: keys.max_rows?.value ?? defaultSettings.maxRows,
    decimals: keys.decimals?.value ?? defaultSettings.decimals,
    limits,
  };
}

/** The limits in force for a workspace: what it lowers, under what the instance allows. */
export function limitsOf(settings: WorkspaceSettings, allowed: Limits = defaultLimits): Limits {
  const limits = { ...allowed };
  for (const [key, name] of Object.entries(limitKeys)) {
    const lower = settings.limits[key];
    if (lower !== undefined) limits[name] = Math.min(lower, allowed[name]);
  }
  // A filter never works over more items than a list may have.
  return { ...limits, filterItems: Math.min(limits.filterItems, limits.listItems) };
}

export const variablePattern = '^[A-Z][A-Z0-9_]{0,99}$';
const variableForm = new RegExp(variablePattern);

export const environmentShape = map(
  'Variables that stacks read as env.NAME; their values live outside git',
  object(
    'A variable',
    {
      description: text('What the variable is for'),
      default: text('Value where none is set; not for secrets'),
      secret: flag('Its value is never shown again once it is set'),
    },
    { title: 'A variable' },
  ),
  { pattern: variablePattern },
);

/** Reads env.jsonc. */
export function readEnvironment(root: JsonNode, problems: Problems): ReadonlyMap<string, EnvironmentVariable> {
  const variables = new Map<string, EnvironmentVariable>();
  if (root.kind !== 'object') {
    environmentShape.read(root, problems, 'env.jsonc');
    return variables;
  }
  const members = root.members.filter((one) => one.key !== '$schema');
  for (const { key, at, node, value } of environmentShape.read({ ...root, members }, problems, 'env.jsonc') ?? []) {
    if (!variableForm.test(key)) {
      const rule = 'Capital letters, digits and underscores, beginning with a letter: LOG_LEVEL.';
      problems.add(badName, at, { what: 'a variable', name: key, rule });
      continue;
    }
    const secret = value.secret?.value ?? false;
    if (secret && value.default !== undefined && node.kind === 'object')
      problems.add(secretDefault, keyOf(node, 'default'), { name: key });
    variables.set(key, {
      name: key,
      description: value.description?.value ?? '',
      secret,
      ...(value.default === undefined || secret ? {} : { default: value.default.value }),
    });
  }
  return variables;
}
