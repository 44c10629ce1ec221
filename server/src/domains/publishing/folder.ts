/** Reads a workspace folder from disk: what a push sends, as a map of paths and texts. */
import { type Dirent, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { fileBytesMax, isLeftOut, localEnvFile, versionBytesMax } from '@ashlar/engine';

/** A folder that can't be published as it stands; the message says why in one line. */
export class FolderError extends Error {
  override readonly name = 'FolderError';
}

export interface WorkspaceFolder {
  /** Relative paths with forward slashes -> text. */
  readonly files: ReadonlyMap<string, string>;
  /** Text of env.local.jsonc; null without one. */
  readonly localEnv: string | null;
  /** Symbolic links that are not read, as paths from the root. */
  readonly skippedLinks: readonly string[];
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** Reads a folder. Hidden files and node_modules are left out; a link is read when it leads to a file inside. Throws FolderError. */
export async function readFolder(folder: string): Promise<WorkspaceFolder> {
  const files = new Map<string, string>();
  let localEnv: string | null = null;
  let total = 0;
  const { paths, skippedLinks } = pathsOf(folder);
  // One by one and without the thread pool, which would take ten times as long for many small files.
  for (const path of paths) {
    const name = nameOf(folder, path);
    const { size } = statSync(path);
    total += size;
    if (size > fileBytesMax) throw new FolderError(`${name} has ${size} bytes; a file may have ${fileBytesMax}`);
    if (total > versionBytesMax) throw new FolderError(`the folder has more than ${versionBytesMax} bytes`);
    const text = textOf(name, readFileSync(path));
    if (name === localEnvFile) localEnv = text;
    else files.set(name, text);
  }
  return { files, localEnv, skippedLinks };
}

function textOf(name: string, bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new FolderError(`${name} is not UTF-8 text`);
  }
}

/** A path from the root with forward slashes. */
const nameOf = (root: string, path: string): string => relative(root, path).split(sep).join('/');

function pathsOf(folder: string): { readonly paths: readonly string[]; readonly skippedLinks: readonly string[] } {
  const paths: string[] = [];
  const skippedLinks: string[] = [];
  const waiting = [folder];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const entry of list(next)) {
      if (isLeftOut(entry.name)) continue;
      const path = join(next, entry.name);
      if (entry.isDirectory()) waiting.push(path);
      else if (entry.isFile() || (entry.isSymbolicLink() && leadsToOwnFile(folder, path))) paths.push(path);
      else if (entry.isSymbolicLink()) skippedLinks.push(nameOf(folder, path));
    }
  }
  return { paths: paths.sort(), skippedLinks: skippedLinks.sort() };
}

/** Whether a link leads to a file of the same workspace. */
function leadsToOwnFile(root: string, link: string): boolean {
  try {
    const target = realpathSync(link);
    const inside = relative(realpathSync(root), target);
    if (isAbsolute(inside) || inside.split(sep).some((name) => name === '..' || isLeftOut(name))) return false;
    return statSync(target).isFile();
  } catch {
    // It leads to nothing.
    return false;
  }
}

function list(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    throw new FolderError(`the folder ${folder} can't be read`);
  }
}
