/** Where the admin key comes from. It is read, sent in one header, and never shown. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { usageFailure } from '../failure.ts';

/** The repository, seen from this file. */
export const repository = join(import.meta.dirname, '..', '..', '..');

/**
 * The admin key: of `--key-file`, else ASHLAR_ADMIN_KEY, else the file that the server wrote into its data folder
 * (ASHLAR_DATA, `.ashlar` here or in the repository). Throws Failure (exit code 2).
 */
export async function readAdminKey(keyFile: string | undefined, environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  if (keyFile !== undefined) {
    const key = await keyOf(resolve(keyFile));
    if (key === null) throw usageFailure(`The key file ${keyFile} can't be read, or is empty.`);
    return key;
  }
  const given = environment.ASHLAR_ADMIN_KEY;
  if (given !== undefined && given !== '') return given;
  const files = keyFiles(environment);
  for (const file of files) {
    const key = await keyOf(file);
    if (key !== null) return key;
  }
  throw usageFailure(`No admin key: set ASHLAR_ADMIN_KEY or --key-file (looked for ${files.join(' and ')}).`);
}

function keyFiles(environment: NodeJS.ProcessEnv): readonly string[] {
  const data = environment.ASHLAR_DATA;
  if (data !== undefined && data !== '') return [resolve(data, 'admin-key')];
  return [...new Set([resolve('.ashlar', 'admin-key'), join(repository, '.ashlar', 'admin-key')])];
}

async function keyOf(file: string): Promise<string | null> {
  try {
    const key = (await readFile(file, 'utf8')).trim();
    return key === '' ? null : key;
  } catch {
    return null;
  }
}
