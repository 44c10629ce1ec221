/** The sources of the repository, as the house tests read them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');

const leftOut = new Set(['node_modules', 'dist', '.git', '.ashlar']);

export interface SourceFile {
  /** From the repository's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** Files under a folder that end as asked, by path. */
export function filesUnder(folder: string, ending: string): readonly SourceFile[] {
  const found: SourceFile[] = [];
  const walk = (path: string): void => {
    for (const entry of readdirSync(join(root, path), { withFileTypes: true })) {
      if (leftOut.has(entry.name)) continue;
      const inner = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory()) walk(inner);
      else if (entry.name.endsWith(ending)) found.push({ path: inner, text: readFileSync(join(root, inner), 'utf8') });
    }
  };
  walk(folder);
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** TypeScript of the product: engine, server, cli. */
export function productFiles(): readonly SourceFile[] {
  return ['engine/src', 'server/src', 'cli/src', 'contract'].flatMap((folder) => filesUnder(folder, '.ts'));
}

export const isTest = (path: string): boolean => path.endsWith('.test.ts');

/** The text without comments; lines stay where they are. Texts that hold what looks like a comment are rare enough. */
export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' ')).replace(/(^|[\s;{}(,])\/\/[^\n]*/g, '$1');
}

/** The 1-based line of an offset. */
export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
