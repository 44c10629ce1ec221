/** Secrets in files that only their owner may read. */

import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Writes a file with mode 0600, whole or not at all; its folder is made with 0700 where it is missing. */
export async function writeSecretFile(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    // The process's umask may have taken bits away, never added any; this makes the mode exact.
    await chmod(draft, 0o600);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** The file's text without surrounding blanks, or null where there is none. Throws what reading throws otherwise. */
export async function readSecretFile(path: string): Promise<string | null> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Reads a key of 32 bytes from a file, or makes one there. */
export async function keyFromFile(path: string): Promise<Uint8Array> {
  const known = await readSecretFile(path);
  if (known !== null) {
    const key = Buffer.from(known, 'hex');
    if (key.length !== 32) throw new Error(`${path} holds no key of 32 bytes; put the original file back`);
    return key;
  }
  const made = randomBytes(32);
  await writeSecretFile(path, `${made.toString('hex')}\n`);
  return made;
}
