/** Turns the files of a workspace folder into its model. */
import type { JsonNode } from '../1-syntax/ast.ts';
import type {
  EndpointDefinition,
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
 */
export function readWorkspace(files: ReadonlyMap<string, string>, problems: Problems): Workspace {
  return new Reader(files, problems).read();
}

class Reader {
  readonly #problems: Problems;
  readonly #documents: Documents;
  readonly #kinds: ReadonlyMap<string, FileKind>;
  /** Files that some `"stack"` names: whatever they would be otherwise, they are stacks. */
  readonly #stacks = new Set<string>();

  constructor(files: ReadonlyMap<string, string>, problems: Problems) {
    this.#problems = problems;
    this.#documents = new Documents(files, problems);
    this.#kinds = new Map([...files.keys()].sort().map((path) => [path, kindOfFile(path)]));
  }

  read(): Workspace {
    this.#findStacks();
    this.#refuseUnknown();
    const settings = this.#settings();
    const [environment] = this.#only('environment', () => 'env');
    const tables = this.#tables();
    const groups = this.#groups();
    const context = { documents: this.#documents, tables, settings, problems: this.#problems };
    this.#tests();
    return {
      settings,
      env: environment === undefined ? new Map() : readEnvironment(environment.root, this.#problems),
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
    if (file !== undefined) return readSettings(file.root, this.#problems);
    this.#problems.add(workspaceFileMissing, { span: emptySpan('ashlar.jsonc'), pointer: '' }, {});
    return defaultSettings;
  }

  #tables(): ReadonlyMap<string, Table> {
    const files = this.#only('table', (what) => what.name);
    const drafts = files.map(({ what, root }) => readTable(what.name, root, this.#problems));
    return resolveTables(drafts, this.#problems);
  }

  #groups(): ReadonlyMap<string, GroupDefinition> {
    const roots = new Map(this.#only('group', (what) => what.folder).map(({ what, root }) => [what.folder, root]));
    const groups = new Map<string, GroupDefinition>();
    for (const { folder, path } of this.#groupFolders()) {
      if (groups.has(folder)) continue;
      groups.set(folder, readGroup(folder, roots.get(folder), { span: emptySpan(path), pointer: '' }, this.#problems));
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
    for (const { what, root } of this.#all('endpoint')) {
      const group = groups.get(what.group);
      const method = methods[what.method];
      const path = readSegments(what.names, openingOf(root), this.#problems);
      if (group === undefined || method === undefined) continue;
      // A route that can't be is reported; the file is read all the same, so that its other problems are found.
      const file: EndpointFile = { group, method, path: path ?? [] };
      const endpoint = readEndpoint(file, root, context);
      if (path !== null) endpoints.push(endpoint);
    }
    checkRoutes(endpoints, groups, this.#problems);
    return endpoints;
  }

  #functions(context: DefinitionContext): ReadonlyMap<string, FunctionDefinition> {
    const functions = new Map<string, FunctionDefinition>();
    for (const { what, root } of this.#only('function', (one) => one.name)) {
      for (const part of what.name.split('/')) checkFileName(part, 'a function', openingOf(root), this.#problems);
      functions.set(what.name, readFunction(what.name, root, context));
    }
    return functions;
  }

  #tasks(context: DefinitionContext): ReadonlyMap<string, TaskDefinition> {
    const tasks = new Map<string, TaskDefinition>();
    for (const { what, root } of this.#only('task', (one) => one.name)) {
      checkFileName(what.name, 'a task', openingOf(root), this.#problems);
      this.#problems.add(taskNotRun, openingOf(root), { name: what.name });
      tasks.set(what.name, readTask(what.name, root, context));
    }
    return tasks;
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
