/** Turns the files of a workspace folder into its model. */
import type { JsonNode } from '../1-syntax/ast.ts';
import type {
  EndpointDefinition,
  EnvironmentVariable,
  FunctionDefinition,
  GroupDefinition,
  SeedFile,
  Table,
  TaskDefinition,
  Workspace,
  WorkspaceSettings,
} from '../model.ts';
import type { Problems } from '../problems.ts';
import { type DefinitionContext, type EndpointFile, readEndpoint, readFunction, readTask } from './definitions.ts';
import { Documents, stackPathOf } from './documents.ts';
import { type FileKind, kindOfFile } from './files.ts';
import { checkGroupPaths, emptySpan, readGroup } from './group.ts';
import { KeptParts } from './kept-parts.ts';
import { checkFileName } from './names.ts';
import { fileTwice, misplacedFile, taskNotRun, unknownFile, workspaceFileMissing } from './problems.ts';
import { checkRoutes, methods, readSegments } from './route.ts';
import { defaultSettings, readEnvironment, readSettings } from './settings.ts';
import { openingOf, refuseNode } from './shape.ts';
import { readTable, resolveTables } from './table.ts';
import { seedTable } from './table-problems.ts';

/** A file that is described by the workspace's contract, with its root where it is JSON. */
interface File<K extends FileKind['kind']> {
  readonly path: string;
  readonly what: Extract<FileKind, { readonly kind: K }>;
  readonly root: JsonNode;
}

/**
 * Reads a workspace from its files: path from the root (forward slashes) -> text. Seeds' texts may be empty, only their names
 * matter here. Adds every problem there is to `problems`; never throws, and always answers a model as complete as the files
 * allow, so that later phases find more. Publish it only when `problems.failed` is false.
 * @param before - one that was read earlier: what did not change since is taken over, as the same objects; the answer and its
 *   problems are those of a reading without it
 */
export function readWorkspace(files: ReadonlyMap<string, string>, problems: Problems, before?: Workspace): Workspace {
  const kept = keptOf(before === undefined ? undefined : readings.get(before), problems);
  const workspace = new Reader(files, problems, kept).read();
  for (const parts of Object.values<KeptParts<unknown>>({ ...kept })) parts.done();
  readings.set(workspace, kept);
  return workspace;
}

/** What a reading leaves for the next one. */
interface Kept {
  readonly documents: KeptParts<JsonNode>;
  readonly settings: KeptParts<WorkspaceSettings>;
  readonly environment: KeptParts<ReadonlyMap<string, EnvironmentVariable>>;
  readonly tables: KeptParts<ReadonlyMap<string, Table>>;
  readonly groups: KeptParts<GroupDefinition>;
  readonly endpoints: KeptParts<EndpointDefinition | null>;
  readonly functions: KeptParts<FunctionDefinition>;
  readonly tasks: KeptParts<TaskDefinition>;
}

const readings = new WeakMap<Workspace, Kept>();

function keptOf(before: Kept | undefined, problems: Problems): Kept {
  return {
    documents: new KeptParts(before?.documents, problems),
    settings: new KeptParts(before?.settings, problems),
    environment: new KeptParts(before?.environment, problems),
    tables: new KeptParts(before?.tables, problems),
    groups: new KeptParts(before?.groups, problems),
    endpoints: new KeptParts(before?.endpoints, problems),
    functions: new KeptParts(before?.functions, problems),
    tasks: new KeptParts(before?.tasks, problems),
  };
}

const noEnvironment: ReadonlyMap<string, EnvironmentVariable> = new Map();

class Reader {
  readonly #files: ReadonlyMap<string, string>;
  readonly #problems: Problems;
  readonly #kept: Kept;
  readonly #documents: Documents;
  readonly #kinds: ReadonlyMap<string, FileKind>;
  /** Files that some `"stack"` names: whatever they would be otherwise, they are stacks. */
  readonly #stacks = new Set<string>();

  constructor(files: ReadonlyMap<string, string>, problems: Problems, kept: Kept) {
    this.#files = files;
    this.#problems = problems;
    this.#kept = kept;
    this.#documents = new Documents(files, problems, kept.documents);
    this.#kinds = new Map([...files.keys()].sort().map((path) => [path, kindOfFile(path)]));
  }

  read(): Workspace {
    this.#findStacks();
    this.#refuseUnknown();
    const settings = this.#settings();
    const env = this.#environment();
    const tables = this.#tables();
    const groups = this.#groups();
    const context = { documents: this.#documents, tables, settings, problems: this.#problems };
    this.#tests();
    return {
      settings,
      env,
      tables,
      groups,
      endpoints: this.#endpoints(groups, context),
      functions: this.#functions(context),
      tasks: this.#tasks(context),
      seeds: this.#seeds(tables),
    };
  }

  #findStacks(): void {
    for (const [path, { kind }] of this.#kinds) {
      if (kind !== 'endpoint' && kind !== 'function' && kind !== 'task') continue;
      const stack = stackPathOf(this.#documents.root(path));
      if (stack !== undefined) this.#stacks.add(stack);
    }
  }

  #refuseUnknown(): void {
    for (const [path, what] of this.#kinds) {
      if (this.#stacks.has(path)) continue;
      const at = { span: emptySpan(path), pointer: '' };
      if (what.kind === 'unknown') this.#problems.add(unknownFile, at, { path, reason: what.reason, hint: what.hint });
      else if (what.kind === 'misplaced') this.#problems.add(misplacedFile, at, { path, near: what.near });
    }
  }

  /** The files of a kind, in the order of their paths. An array that some `"stack"` names is a stack and nothing else. */
  #all<K extends FileKind['kind']>(kind: K): readonly File<K>[] {
    const found: File<K>[] = [];
    for (const [path, what] of this.#kinds) {
      if (!isKind(what, kind)) continue;
      const root = this.#documents.root(path);
      if (root !== undefined && !(root.kind === 'array' && this.#stacks.has(path))) found.push({ path, what, root });
    }
    return found;
  }

  /** Like `#all`, but of two files for one thing (`order.json` beside `order.jsonc`) the second is reported and left out. */
  #only<K extends FileKind['kind']>(kind: K, nameOf: (what: File<K>['what']) => string): readonly File<K>[] {
    const taken = new Map<string, string>();
    return this.#all(kind).filter(({ path, what, root }) => {
      const name = nameOf(what);
      const other = taken.get(name);
      if (other === undefined) taken.set(name, path);
      else this.#problems.add(fileTwice, openingOf(root), { path, other });
      return other === undefined;
    });
  }

  #settings(): WorkspaceSettings {
    const [file] = this.#only('settings', () => 'ashlar');
    if (file !== undefined)
      return this.#kept.settings.read(file.path, [file.root], () => readSettings(file.root, this.#problems));
    this.#problems.add(workspaceFileMissing, { span: emptySpan('ashlar.jsonc'), pointer: '' }, {});
    return defaultSettings;
  }

  #environment(): ReadonlyMap<string, EnvironmentVariable> {
    const [file] = this.#only('environment', () => 'env');
    if (file === undefined) return noEnvironment;
    return this.#kept.environment.read(file.path, [file.root], () => readEnvironment(file.root, this.#problems));
  }

  #tables(): ReadonlyMap<string, Table> {
    const files = this.#only('table', (what) => what.name);
    const from = files.flatMap(({ path, root }) => [path, root]);
    return this.#kept.tables.read('tables', from, () => {
      const drafts = files.map(({ what, root }) => readTable(what.name, root, this.#problems));
      return resolveTables(drafts, this.#problems);
    });
  }

  #groups(): ReadonlyMap<string, GroupDefinition> {
    const roots = new Map(this.#only('group', (what) => what.folder).map(({ what, root }) => [what.folder, root]));
    const groups = new Map<string, GroupDefinition>();
    for (const { folder, path } of this.#groupFolders()) {
      if (groups.has(folder)) continue;
      const root = roots.get(folder);
      const read = (): GroupDefinition => readGroup(folder, root, { span: emptySpan(path), pointer: '' }, this.#problems);
      groups.set(folder, this.#kept.groups.read(folder, [root, path], read));
    }
    checkGroupPaths(groups.values(), roots, this.#problems);
    return groups;
  }

  /** Every group's folder with a file that shows it is there. */
  *#groupFolders(): Generator<{ readonly folder: string; readonly path: string }> {
    for (const [path, what] of this.#kinds)
      if (what.kind === 'group') yield { folder: what.folder, path };
      else if (what.kind === 'endpoint') yield { folder: what.group, path };
  }

  #endpoints(groups: ReadonlyMap<string, GroupDefinition>, context: DefinitionContext): readonly EndpointDefinition[] {
    const endpoints: EndpointDefinition[] = [];
    for (const { path, what, root } of this.#all('endpoint')) {
      const group = groups.get(what.group);
      const method = methods[what.method];
      if (group === undefined || method === undefined) continue;
      const endpoint = this.#kept.endpoints.read(path, this.#readFrom(root, context, group), () => {
        const segments = readSegments(what.names, openingOf(root), this.#problems);
        // A route that can't be is reported; the file is read all the same, so that its other problems are found.
        const file: EndpointFile = { group, method, path: segments ?? [] };
        const read = readEndpoint(file, root, context);
        return segments === null ? null : read;
      });
      if (endpoint !== null) endpoints.push(endpoint);
    }
    checkRoutes(endpoints, groups, this.#problems);
    return endpoints;
  }

  #functions(context: DefinitionContext): ReadonlyMap<string, FunctionDefinition> {
    const functions = new Map<string, FunctionDefinition>();
    for (const { path, what, root } of this.#only('function', (one) => one.name)) {
      for (const part of what.name.split('/')) checkFileName(part, 'a function', openingOf(root), this.#problems);
      const read = (): FunctionDefinition => readFunction(what.name, root, context);
      functions.set(what.name, this.#kept.functions.read(path, this.#readFrom(root, context), read));
    }
    return functions;
  }

  #tasks(context: DefinitionContext): ReadonlyMap<string, TaskDefinition> {
    const tasks = new Map<string, TaskDefinition>();
    for (const { path, what, root } of this.#only('task', (one) => one.name)) {
      checkFileName(what.name, 'a task', openingOf(root), this.#problems);
      this.#problems.add(taskNotRun, openingOf(root), { name: what.name });
      const read = (): TaskDefinition => readTask(what.name, root, context);
      tasks.set(what.name, this.#kept.tasks.read(path, this.#readFrom(root, context), read));
    }
    return tasks;
  }

  /** What a definition is read from: its file and that of its stack, and what they refer to. */
  #readFrom(root: JsonNode, { tables, settings }: DefinitionContext, group?: GroupDefinition): readonly unknown[] {
    const stack = stackPathOf(root);
    // Where a stack's file is missing, the problem speaks of all files there are.
    const stackRoot = stack === undefined ? undefined : (this.#documents.root(stack) ?? this.#files);
    return [root, stackRoot, tables, settings, group];
  }

  /** Tests are kept with the version and not run yet: they must only be JSON objects. */
  #tests(): void {
    for (const { root } of this.#only('test', (what) => what.name))
      if (root.kind !== 'object') refuseNode(root, this.#problems, 'A test file', 'an object');
  }

  #seeds(tables: ReadonlyMap<string, Table>): readonly SeedFile[] {
    const seeds: SeedFile[] = [];
    for (const [path, what] of this.#kinds) {
      if (what.kind !== 'seed') continue;
      const { table, format } = what;
      const at = { span: emptySpan(path), pointer: '' };
      const other = seeds.find((seed) => seed.table === table);
      if (!tables.has(table)) this.#problems.add(seedTable, at, { table, known: [...tables.keys()] });
      else if (other !== undefined) this.#problems.add(fileTwice, at, { path, other: other.path });
      else seeds.push({ table, format, path });
    }
    return seeds;
  }
}

function isKind<K extends FileKind['kind']>(what: FileKind, kind: K): what is Extract<FileKind, { readonly kind: K }> {
  return what.kind === kind;
}
