/** Reads a workspace folder from disk, and finds its root. */
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileBytesMax, isLeftOut, localEnvFile, versionBytesMax } from '@ashlar/engine';
import { Failure, usageFailure } from '../failure.ts';

/** A workspace folder as a push sends it. */
export interface WorkspaceFolder {
  /** Absolute. */
  readonly root: string;
  /** Path from the root, with forward slashes -> text. */
  readonly files: ReadonlyMap<string, string>;
  /** Text of env.local.jsonc; null without one. */
  readonly localEnv: string | null;
  /** Symbolic links that are not read, as paths from the root. */
  readonly skippedLinks: readonly string[];
}

const rootFiles = ['ashlar.jsonc', 'ashlar.json'];
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Whether the folder is a workspace. */
export const isWorkspace = (folder: string, cwd = process.cwd()): boolean =>
  rootFiles.some((name) => existsSync(join(resolve(cwd, folder), name)));

/**
 * Reads a folder. Hidden files and node_modules are left out; a link is read when it leads to a file inside the folder. Throws
 * Failure: a folder that is not there or is no workspace (exit code 2), a file that is no text or too large.
 */
export async function readFolder(folder: string, cwd = process.cwd()): Promise<WorkspaceFolder> {
  const root = resolve(cwd, folder);
  const info = statSync(root, { throwIfNoEntry: false });
  if (info === undefined) throw usageFailure(`There is no folder ${folder}.`);
  if (!info.isDirectory()) throw usageFailure(`${folder} is a file; a workspace is a folder.`);
  const files = new Map<string, string>();
  let localEnv: string | null = null;
  let total = 0;
  const { paths, skippedLinks } = pathsOf(root);
  // One by one and without the thread pool, which would take ten times as long for many small files.
  for (const path of paths) {
    const name = nameOf(root, path);
    const { size } = statSync(path);
    total += size;
    if (size > fileBytesMax) throw tooLarge(`${name} has ${size} bytes; a file may have ${fileBytesMax}.`);
    if (total > versionBytesMax) throw tooLarge(`The folder has more than ${versionBytesMax} bytes.`);
    const text = textOf(name, readFileSync(path));
    if (name === localEnvFile) localEnv = text;
    else files.set(name, text);
  }
  return { root, files, localEnv, skippedLinks };
}

function tooLarge(message: string): Failure {
  return new Failure(`${message} Load larger data through an endpoint instead of seeds/.`, 1, 'version_too_large');
}

function textOf(name: string, bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new Failure(`${name} is not UTF-8 text.`, 1, 'not_text');
  }
}

/** A path from the root with forward slashes. */
const nameOf = (root: string, path: string): string => relative(root, path).split(sep).join('/');

function pathsOf(root: string): { readonly paths: readonly string[]; readonly skippedLinks: readonly string[] } {
  const paths: string[] = [];
  const skippedLinks: string[] = [];
  const waiting = [root];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (isLeftOut(entry.name)) continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) waiting.push(path);
      else if (entry.isFile() || (entry.isSymbolicLink() && leadsToOwnFile(root, path))) paths.push(path);
      else if (entry.isSymbolicLink()) skippedLinks.push(nameOf(root, path));
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

/** Where a file's workspace begins: the nearest folder above it that holds ashlar.jsonc. Throws Failure (exit code 2). */
export function findRoot(file: string, cwd = process.cwd()): { readonly root: string; readonly path: string } {
  const absolute = resolve(cwd, file);
  if (!existsSync(absolute)) throw usageFailure(`There is no file ${file}.`);
  const real = realpathSync(absolute);
  for (let folder = dirname(real); ; folder = dirname(folder)) {
    if (rootFiles.some((name) => existsSync(join(folder, name))))
      return { root: folder, path: relative(folder, real).split(sep).join('/') };
    if (folder === dirname(folder)) throw usageFailure(`${file} is in no workspace: no folder above it has an ashlar.jsonc.`);
  }
}
