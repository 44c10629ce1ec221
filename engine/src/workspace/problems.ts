/** What can be wrong with a workspace's files before any stack is looked at. */
import { didYouMean, nearest } from '../nearest.ts';
import { defineProblem } from '../problems.ts';

const listed = (names: readonly string[]): string => names.join(', ');

export const unknownFile = defineProblem<{ path: string; reason: string; hint?: string | undefined }>({
  code: 'unknown_file',
  severity: 'error',
  title: 'A file in a known folder is of no known kind',
  solve:
    'Rename or move the file: `tables/order.jsonc`, `seeds/order.jsonl`, `apis/shop/orders.get.jsonc`, `functions/total.jsonc`, `tasks/nightly.jsonc`, `tests/orders.test.jsonc`. Files of your own may stand anywhere else; Markdown, README, LICENSE and dotfiles anywhere.',
  message: (d) => `${d.path}: ${d.reason}.`,
  hint: (d) => d.hint,
});
export const misplacedFile = defineProblem<{ path: string; near: string }>({
  code: 'misplaced_file',
  severity: 'warning',
  title: 'A file is not read, because its name or folder is nearly a known one',
  solve:
    'Rename it: the folders are `tables`, `seeds`, `apis`, `functions`, `tasks` and `tests`; beside them stand ashlar.jsonc and env.jsonc.',
  message: (d) => `${d.path} isn't read.`,
  hint: (d) => `Did you mean ${d.near}?`,
});
export const symlinkSkipped = defineProblem<{ path: string }>({
  code: 'symlink_skipped',
  severity: 'warning',
  title: 'A symbolic link that is not followed',
  solve:
    'A link to a file inside the workspace is read like the file. One that leads out of the folder, to a folder or to nothing is left out: put the file itself there.',
  message: (d) => `${d.path} is a link to a folder, to something outside the workspace or to nothing; it isn't read.`,
});
export const fileTwice = defineProblem<{ path: string; other: string }>({
  code: 'file_twice',
  severity: 'error',
  title: 'Two files describe the same thing',
  solve: 'Keep one of them: `tables/order.json` and `tables/order.jsonc` are the same table.',
  message: (d) => `${d.path} describes the same thing as ${d.other}.`,
});
export const taskNotRun = defineProblem<{ name: string }>({
  code: 'task_not_run',
  severity: 'warning',
  title: 'Tasks are checked, and not run yet',
  solve:
    'Nothing runs at its `schedule` in this release: the file is checked, compiled and kept with the version. Until then let a scheduler of your own call an endpoint.',
  message: (d) => `The task ${d.name} is checked, and not run yet: this release has no scheduler.`,
});
export const workspaceFileMissing = defineProblem<object>({
  code: 'workspace_file_missing',
  severity: 'error',
  title: 'The folder has no ashlar.jsonc',
  solve: 'Add `ashlar.jsonc` with at least `{"name": "shop"}` to the root of the workspace.',
  message: () => 'There is no ashlar.jsonc in the root of the workspace.',
  hint: () => 'It holds at least {"name": "my-workspace"}.',
});
export const wrongJsonType = defineProblem<{ what: string; wanted: string; found: string }>({
  code: 'wrong_json_type',
  severity: 'error',
  title: 'A value in a file is of another JSON type than its key takes',
  solve: 'Write the type that the message names: `"unique": true`, not `"unique": "yes"`.',
  message: (d) => `${d.what} must be ${d.wanted}, not ${d.found}.`,
});
export const unknownKey = defineProblem<{ key: string; what: string; known: readonly string[] }>({
  code: 'unknown_key',
  severity: 'error',
  title: 'A key that this kind of file or object does not have',
  solve: 'Correct or remove the key. Unknown keys are refused, so that a misspelled one is not silently without effect.',
  message: (d) => `${d.what} has no key "${d.key}".`,
  hint: (d) => didYouMean(d.key, d.known) ?? (d.known.length === 0 ? undefined : `Known keys: ${listed(d.known)}.`),
});
export const missingKey = defineProblem<{ key: string; what: string; description: string }>({
  code: 'missing_key',
  severity: 'error',
  title: 'A key that must be there is missing',
  solve: 'Add the key that the message names.',
  message: (d) => `${d.what} needs "${d.key}".`,
  hint: (d) => (d.description === '' ? undefined : `"${d.key}": ${d.description}`),
});
export const valueNotAllowed = defineProblem<{ what: string; value: string; allowed: readonly string[] }>({
  code: 'value_not_allowed',
  severity: 'error',
  title: 'A text in a file is none of those that its key takes',
  solve: 'Write one of the texts that the message lists.',
  message: (d) => `${d.what} can't be "${d.value}".`,
  hint: (d) => didYouMean(d.value, d.allowed) ?? `It is one of: ${listed(d.allowed)}.`,
});
export const numberNotAllowed = defineProblem<{ what: string; wanted: string }>({
  code: 'number_not_allowed',
  severity: 'error',
  title: 'A number in a file is not one that its key takes',
  solve: 'Write a number within the bounds that the message names.',
  message: (d) => `${d.what} must be ${d.wanted}.`,
});
export const badName = defineProblem<{ what: string; name: string; rule: string }>({
  code: 'bad_name',
  severity: 'error',
  title: 'A name has characters or a length that it may not have',
  solve:
    'Names of tables, columns and inputs are letters, digits and underscores; names in URLs are lower-case letters, digits and hyphens.',
  message: (d) => `"${d.name.slice(0, 80)}" is no name for ${d.what}.`,
  hint: (d) => d.rule,
});
export const reservedName = defineProblem<{ what: string; name: string; reason: string }>({
  code: 'reserved_name',
  severity: 'error',
  title: 'A name is taken by PostgreSQL or by Ashlar',
  solve:
    'Choose another name. `pg_…` and PostgreSQL’s system columns, `ashlar_…` and the paths that a group serves itself are taken.',
  message: (d) => `${d.what} can't be called "${d.name}": ${d.reason}.`,
});
export const badType = defineProblem<{ type: string; known: readonly string[] }>({
  code: 'bad_type',
  severity: 'error',
  title: 'A type that does not exist',
  solve: 'Write one of the types; `[]` behind it makes a list, `?` at the end allows null: `text`, `text[]`, `int?`, `int[]?`.',
  message: (d) => `There is no type "${d.type.slice(0, 80)}".`,
  hint: (d) => {
    const bare = d.type.replace(/[[\]?\s]/g, '');
    if (d.known.includes(bare)) return `Suffixes are written in this order: ${bare}[]?`;
    return didYouMean(meantBy(bare), d.known) ?? `Known types: ${listed(d.known)}.`;
  },
});
/** Spellings from elsewhere. */
const typeHabits: ReadonlyMap<string, string> = new Map([
  ['integer', 'int'],
  ['number', 'decimal'],
  ['numeric', 'decimal'],
  ['double', 'float'],
  ['real', 'float'],
  ['string', 'text'],
  ['varchar', 'text'],
  ['boolean', 'bool'],
  ['datetime', 'timestamp'],
  ['timestamptz', 'timestamp'],
  ['jsonb', 'json'],
  ['any', 'json'],
  ['array', 'list'],
]);
const meantBy = (type: string): string => typeHabits.get(type.toLowerCase()) ?? type;
/** The known type that a wrong spelling most likely means. */
export function meantType<T extends string>(type: string, known: readonly T[]): T | undefined {
  const meant = nearest(meantBy(type.replace(/[[\]?\s]/g, '')), known);
  return known.find((one) => one === meant);
}
export const misplacedKey = defineProblem<{ key: string; reason: string }>({
  code: 'misplaced_key',
  severity: 'error',
  title: 'A key that means nothing for this type or in this place',
  solve: 'Remove the key, or change the type: `values` belongs to enum, `scale` to decimal, `items` to list, `fields` to object.',
  message: (d) => `"${d.key}" can't stand here: ${d.reason}.`,
});
export const minAboveMax = defineProblem<{ min: string; max: string }>({
  code: 'min_above_max',
  severity: 'error',
  title: 'min is above max, so that no value fits',
  solve: 'Exchange the two numbers.',
  message: (d) => `No value is at least ${d.min} and at most ${d.max}.`,
});
export const valueTwice = defineProblem<{ value: string; what: string }>({
  code: 'value_twice',
  severity: 'error',
  title: 'A list of names or values has one of them twice',
  solve: 'Remove one of the two.',
  message: (d) => `"${d.value.slice(0, 80)}" stands twice in ${d.what}.`,
});
export const badDefault = defineProblem<{ what: string; reason: string; hint?: string | undefined }>({
  code: 'bad_default',
  severity: 'error',
  title: 'A default that its own type or limits would refuse',
  solve:
    'Write a constant of the type, within `min`, `max` and `values`. A timestamp and a date take "now", a uuid takes "uuid".',
  message: (d) => `The default of ${d.what} doesn't fit: ${d.reason}`,
  hint: (d) => d.hint,
});
export const badTimezone = defineProblem<{ timezone: string; known: readonly string[] }>({
  code: 'bad_timezone',
  severity: 'error',
  title: 'A time zone that does not exist',
  solve: 'Write an IANA name such as `Europe/Berlin` or `UTC`.',
  message: (d) => `There is no time zone "${d.timezone.slice(0, 80)}".`,
  hint: (d) => didYouMean(d.timezone, d.known) ?? 'Write an IANA name, such as Europe/Berlin or UTC.',
});
export const limitRaised = defineProblem<{ key: string; most: number }>({
  code: 'limit_raised',
  severity: 'error',
  title: 'A limit in ashlar.jsonc is above what there is by default',
  solve: 'A workspace can only lower limits; leave the key out to keep the default.',
  message: (d) => `"${d.key}" can be at most ${d.most}: a workspace only lowers limits.`,
});
export const secretDefault = defineProblem<{ name: string }>({
  code: 'secret_default',
  severity: 'error',
  title: 'A secret variable has a default in the workspace’s files',
  solve:
    'Remove the default: files are kept in git. Set the value with `ashlar env set`, or in env.local.jsonc while developing.',
  message: (d) => `${d.name} is a secret, so its value can't stand in env.jsonc.`,
  hint: () => 'Set it with `ashlar env set`, or in the git-ignored env.local.jsonc.',
});
