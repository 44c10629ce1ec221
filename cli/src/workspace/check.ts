/** Checks and compiles a folder's files with the engine, without a server. */
import { type CompiledWorkspace, compileWorkspace, type Problem, Problems, readWorkspace, symlinkSkipped } from '@ashlar/engine';

/** A checked folder; when an error is among the problems, its stacks can't run. */
export interface CheckedFiles {
  readonly compiled: CompiledWorkspace;
  readonly problems: readonly Problem[];
  readonly failed: boolean;
}

/** Checks everything in one run. Files without an ashlar.jsonc are no workspace: that is all there is to say of them. */
export function checkFiles(files: ReadonlyMap<string, string>): CheckedFiles {
  const problems = new Problems();
  const isOne = [...files.keys()].some((path) => settingsFile.test(path));
  const compiled = compileWorkspace(readWorkspace(isOne ? files : new Map(), problems), problems);
  return { compiled, problems: problems.list, failed: problems.failed };
}

const settingsFile = /^ashlar\.jsonc?$/;

/** A warning for each link that is not read. */
export function linkProblems(skippedLinks: readonly string[]): readonly Problem[] {
  const problems = new Problems();
  for (const path of skippedLinks)
    problems.add(symlinkSkipped, { span: { source: { path, text: '' }, start: 0, end: 0 }, pointer: '' }, { path });
  return problems.list;
}

/** The name that ashlar.jsonc gives; undefined when it can't be read. */
export function workspaceName(files: ReadonlyMap<string, string>): string | undefined {
  const settings = new Map([...files].filter(([path]) => settingsFile.test(path)));
  if (settings.size === 0) return undefined;
  const { name } = readWorkspace(settings, new Problems()).settings;
  return name === '' ? undefined : name;
}
