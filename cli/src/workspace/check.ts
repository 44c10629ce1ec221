/** Checks and compiles a folder's files with the engine, without a server. */
import { type CompiledWorkspace, compileWorkspace, type Problem, Problems, readWorkspace } from '@ashlar/engine';

/** A checked folder; when an error is among the problems, its stacks can't run. */
export interface CheckedFiles {
  readonly compiled: CompiledWorkspace;
  readonly problems: readonly Problem[];
  readonly failed: boolean;
}

/** Checks everything in one run. */
export function checkFiles(files: ReadonlyMap<string, string>): CheckedFiles {
  const problems = new Problems();
  const compiled = compileWorkspace(readWorkspace(files, problems), problems);
  return { compiled, problems: problems.list, failed: problems.failed };
}

/** The name that ashlar.jsonc gives; undefined when it can't be read. */
export function workspaceName(files: ReadonlyMap<string, string>): string | undefined {
  const { name } = readWorkspace(new Map([...files].filter(([path]) => /^ashlar\.jsonc?$/.test(path))), new Problems()).settings;
  return name === '' ? undefined : name;
}
