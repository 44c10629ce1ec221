/**
 * Writes everything that is made from declarations: `contract/`, the reference pages under `docs/`, and `NOTICE` (`npm run generate`).
 * The same declarations always give the same bytes; tests/house/generated.test.ts compares them with what is committed.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { contractFiles } from './generate/contract.ts';
import { readDeclarations } from './generate/declarations.ts';
import { noticeText } from './generate/notice.ts';
import { referenceFiles } from './generate/reference.ts';

/** Folders that hold generated files and nothing else. */
export const generatedFolders = ['contract/schemas', 'docs/reference', 'docs/errors', 'docs/problems'] as const;

/** Every generated file: path from the repository's root -> text. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const declarations = readDeclarations();
  return new Map([...contractFiles(declarations), ...referenceFiles(declarations), ['NOTICE', noticeText()]]);
}

/** Files in the generated folders as they stand on disk. */
export function committedFiles(root: string): readonly string[] {
  return generatedFolders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1)),
  );
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  for (const folder of generatedFolders) rmSync(join(root, folder), { recursive: true, force: true });
  const files = generatedFiles();
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  process.stdout.write(`${files.size} files written\n`);
}
