/** Which file of a folder is what: by its path alone. */
import { nearest } from '../nearest.ts';
import { methods } from './route.ts';

export type FileKind =
  | { readonly kind: 'settings' }
  | { readonly kind: 'environment' }
  | { readonly kind: 'table'; readonly name: string }
  | { readonly kind: 'seed'; readonly table: string; readonly format: 'jsonl' | 'csv' }
  | { readonly kind: 'group'; readonly folder: string }
  /** `names`: folders below the group, then the file's name without method and ending. */
  | { readonly kind: 'endpoint'; readonly group: string; readonly method: string; readonly names: readonly string[] }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'task'; readonly name: string }
  | { readonly kind: 'test'; readonly name: string }
  /** Not ours: documentation, dotfiles, whatever stands in folders of one's own. */
  | { readonly kind: 'ignored' }
  /** Not read, but its folder or name is nearly a known one. */
  | { readonly kind: 'misplaced'; readonly near: string }
  | { readonly kind: 'unknown'; readonly reason: string; readonly hint?: string };

const folders = ['tables', 'seeds', 'apis', 'functions', 'tasks', 'tests'] as const;
type Folder = (typeof folders)[number];
const rootFiles = ['ashlar.jsonc', 'env.jsonc', 'env.local.jsonc'];
/** A table may be called license: only names without ending, or with one of prose, are documentation. */
const documentation = /^(?:readme|licen[cs]e|changelog|notice)(?:\.(?:txt|rst|adoc|html))?$|\.(?:md|markdown)$/i;

/** Says what a file is. `path` is relative to the workspace root, with forward slashes. */
export function kindOfFile(path: string): FileKind {
  const parts = path.split('/');
  const last = parts[parts.length - 1] ?? '';
  if (path.includes('\\') || parts.some((part) => part === '' || part === '..' || part === '.'))
    return { kind: 'unknown', reason: 'this is no path from the root of a workspace' };
  if (parts.some((part) => part.startsWith('.')) || documentation.test(last)) return { kind: 'ignored' };
  if (parts.length === 1) return rootFile(last);
  const folder = folders.find((one) => one === parts[0]);
  if (folder === undefined) return elsewhere(parts[0] ?? '', last);
  return byFolder[folder](parts.slice(1));
}

function rootFile(name: string): FileKind {
  const bare = withoutEnding(name);
  if (bare === 'ashlar') return { kind: 'settings' };
  if (bare === 'env') return { kind: 'environment' };
  if (bare === 'env.local') return { kind: 'ignored' };
  const near = nearest(name, rootFiles);
  return near === undefined || near.length < 8 ? { kind: 'ignored' } : { kind: 'misplaced', near };
}

function elsewhere(folder: string, name: string): FileKind {
  const near = withoutEnding(name) === null && !/\.(?:jsonl|csv)$/.test(name) ? undefined : nearest(folder, folders);
  return near === undefined ? { kind: 'ignored' } : { kind: 'misplaced', near: `${near}/` };
}

/** The name without `.jsonc` or `.json`; null with another ending. */
function withoutEnding(name: string): string | null {
  return /^(.+)\.jsonc?$/.exec(name)?.[1] ?? null;
}

const noJson = (where: string): FileKind => ({
  kind: 'unknown',
  reason: `files in ${where} end in .jsonc or .json`,
});

const byFolder: Readonly<Record<Folder, (parts: readonly string[]) => FileKind>> = {
  tables: (parts) => flat(parts, 'tables', (name) => ({ kind: 'table', name })),
  tasks: (parts) => flat(parts, 'tasks', (name) => ({ kind: 'task', name })),
  functions: (parts) => nested(parts, 'functions', (name) => ({ kind: 'function', name })),
  tests: (parts) => nested(parts, 'tests', (name) => ({ kind: 'test', name: name.replace(/\.test$/, '') })),
  seeds: seedFile,
  apis: apiFile,
};

function flat(parts: readonly string[], folder: string, kind: (name: string) => FileKind): FileKind {
  const name = parts[parts.length - 1] ?? '';
  const bare = withoutEnding(name);
  if (bare === null) return noJson(folder);
  if (parts.length === 1) return kind(bare);
  return { kind: 'unknown', reason: `${folder} has no folders inside`, hint: `Move it to ${folder}/${name}.` };
}

function nested(parts: readonly string[], folder: string, kind: (name: string) => FileKind): FileKind {
  const bare = withoutEnding(parts[parts.length - 1] ?? '');
  return bare === null ? noJson(folder) : kind([...parts.slice(0, -1), bare].join('/'));
}

function seedFile(parts: readonly string[]): FileKind {
  const match = /^(.+)\.(jsonl|csv)$/.exec(parts[parts.length - 1] ?? '');
  const [, table = '', format] = match ?? [];
  if (format !== 'jsonl' && format !== 'csv') {
    const json = withoutEnding(parts[parts.length - 1] ?? '');
    const hint = json === null ? undefined : `Write one row a line, and call it seeds/${json}.jsonl.`;
    return { kind: 'unknown', reason: 'files in seeds end in .jsonl or .csv', ...(hint === undefined ? {} : { hint }) };
  }
  if (parts.length === 1) return { kind: 'seed', table, format };
  return { kind: 'unknown', reason: 'seeds has no folders inside', hint: `Move it to seeds/${table}.${format}.` };
}

function apiFile(parts: readonly string[]): FileKind {
  const [group = '', ...rest] = parts;
  const name = parts[parts.length - 1] ?? '';
  const bare = withoutEnding(name);
  if (bare === null) return noJson('apis');
  if (rest.length === 0)
    return {
      kind: 'unknown',
      reason: 'endpoints stand in the folder of a group',
      hint: `Move it to apis/GROUP/${name}; the route is then /api:GROUP/…`,
    };
  if (rest.length === 1 && bare === 'group') return { kind: 'group', folder: group };
  const dot = bare.lastIndexOf('.');
  if (dot === -1) return withoutMethod(bare);
  const method = bare.slice(dot + 1);
  if (!Object.hasOwn(methods, method)) return noMethod(bare.slice(0, dot), method);
  return { kind: 'endpoint', group, method, names: [...rest.slice(0, -1), bare.slice(0, dot)] };
}

function withoutMethod(bare: string): FileKind {
  if (bare === 'group') return { kind: 'unknown', reason: 'a group has one group.jsonc, in its own folder' };
  const only = Object.hasOwn(methods, bare.toLowerCase());
  return {
    kind: 'unknown',
    reason: only ? 'the name before the method is missing' : 'the method is missing in its name',
    hint: only ? `Call it index.${bare.toLowerCase()}.jsonc.` : `Call it ${bare}.get.jsonc, ${bare}.post.jsonc …`,
  };
}

function noMethod(bare: string, method: string): FileKind {
  const reason = `${method} is no method`;
  if (method.toLowerCase() === 'options') return { kind: 'unknown', reason, hint: 'OPTIONS is answered by the server itself.' };
  const near = nearest(method, Object.keys(methods));
  const hint =
    near === undefined ? `Methods: ${Object.keys(methods).join(', ')}.` : `Did you mean ${near}? (${bare}.${near}.jsonc)`;
  return { kind: 'unknown', reason, hint };
}
