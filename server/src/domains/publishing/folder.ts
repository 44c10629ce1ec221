/** Reads a workspace folder from disk: what a push sends, as a map of paths and texts. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** Values that stay on the machine: read at start, never published. */
export const localEnvFile = 'env.local.jsonc';
/** Bytes of one file, and of all files of a version together. */
export const fileBytesMax = 20_000_000;
export const versionBytesMax = 45_000_000;

/** A folder that can't be published as it stands; the message says why in one line. */
export class FolderError extends Error {
  override readonly name = 'FolderError';
}

export interface WorkspaceFolder {
  /** Relative paths with forward slashes -> text. */
  readonly files: ReadonlyMap<string, string>;
  /** Text of env.local.jsonc; null without one. */
  readonly localEnv: string | null;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** Reads a folder. Hidden files and node_modules are left out, links to outside are not followed. Throws FolderError. */
export async function readFolder(folder: string): Promise<WorkspaceFolder> {
  const files = new Map<string, string>();
  let localEnv: string | null = null;
  let total = 0;
  for (const path of await pathsOf(folder)) {
    const name = relative(folder, path).split(sep).join('/');
    const { size } = await stat(path);
    total += size;
    if (size > fileBytesMax) throw new FolderError(`${name} has ${size} bytes; a file may have ${fileBytesMax}`);
    if (total > versionBytesMax) throw new FolderError(`the folder has more than ${versionBytesMax} bytes`);
    const text = textOf(name, await readFile(path));
    if (name === localEnvFile) localEnv = text;
    else files.set(name, text);
  }
  return { files, localEnv };
}

function textOf(name: string, bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new FolderError(`${name} is not UTF-8 text`);
  }
}

async function pathsOf(folder: string): Promise<string[]> {
  const paths: string[] = [];
  const waiting = [folder];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const entry of await list(next)) {
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      const path = join(next, entry.name);
      if (entry.isDirectory()) waiting.push(path);
      else if (entry.isFile()) paths.push(path);
    }
  }
  return paths.sort();
}

async function list(folder: string): Promise<import('node:fs').Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch {
    throw new FolderError(`the folder ${folder} can't be read`);
  }
}
