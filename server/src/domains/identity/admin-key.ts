/**
 * The admin key: what the control API is called with until people have accounts. Only its salted hash is kept, in the
 * control database, so that every node of an instance knows the same one.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { base32, readSecretFile, writeSecretFile } from '../../base/crypto/index.ts';
import type { Postgres } from '../../base/postgres/index.ts';

/** Says whether a text is the admin key. */
export interface Identity {
  /** Constant time in what the key is. */
  verify(key: string): boolean;
}

export interface AdminKey extends Identity {
  /** The key itself, only at the start that made it: for the terminal, never for a log. */
  readonly generated: string | null;
  /** The file that holds the generated key, where this node has it. */
  readonly file: string | null;
  /** True when ASHLAR_ADMIN_KEY gave it. */
  readonly given: boolean;
}

const saltBytes = 16;

/** Salt, then the keyed hash. The key has 32 characters or more and is checked on every control call: a fast hash is right here. */
function hashOf(key: string, salt: Uint8Array): Uint8Array {
  return Buffer.concat([salt, createHmac('sha256', salt).update(key).digest()]);
}

function verifier(stored: Uint8Array): (key: string) => boolean {
  const salt = stored.subarray(0, saltBytes);
  return (key) => timingSafeEqual(hashOf(key, salt), stored);
}

/**
 * Opens the admin key. A given one (32 characters or more: settings.ts sees to it) replaces what was stored. Without one the
 * stored hash holds; where there is none either, a key is made, written to `<dataPath>/admin-key` (mode 0600) and answered
 * once in `generated`.
 */
export async function openAdminKey(options: {
  readonly postgres: Postgres;
  readonly dataPath: string;
  readonly given: string | null;
}): Promise<AdminKey> {
  const { postgres, dataPath, given } = options;
  const known = await storedHash(postgres);
  if (given !== null) {
    const stored = known !== null && verifier(known)(given) ? known : hashOf(given, randomBytes(saltBytes));
    if (stored !== known) await postgres.control('update instance set admin_key_hash = $1', [stored]);
    return { verify: verifier(stored), generated: null, file: null, given: true };
  }
  const file = join(dataPath, 'admin-key');
  if (known === null) return generate(postgres, file);
  const text = await readSecretFile(file);
  return { verify: verifier(known), generated: null, file: text !== null && verifier(known)(text) ? file : null, given: false };
}

async function storedHash(postgres: Postgres): Promise<Uint8Array | null> {
  const { rows } = await postgres.control<{ admin_key_hash: Uint8Array | null }>('select admin_key_hash from instance');
  return rows[0]?.admin_key_hash ?? null;
}

async function generate(postgres: Postgres, file: string): Promise<AdminKey> {
  const key = `ashlar_${base32(randomBytes(32))}`;
  const own = hashOf(key, randomBytes(saltBytes));
  // The file first: a key whose hash is stored but that nobody has would lock everyone out.
  await writeSecretFile(file, `${key}\n`);
  const { rowCount } = await postgres.control('update instance set admin_key_hash = $1 where admin_key_hash is null', [own]);
  if (rowCount === 1) return { verify: verifier(own), generated: key, file, given: false };
  // Another node that started at the same moment was first; its key holds.
  const stored = (await storedHash(postgres)) ?? own;
  return { verify: verifier(stored), generated: null, file: null, given: false };
}
