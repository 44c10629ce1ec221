/**
 * The admin key: what the control API is called with until people have accounts. Only its salted hash is kept, in the
 * control database, so that every node of an instance knows the same one.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import type { Postgres } from '../../base/postgres/index.ts';
import { base32, readSecretFile, writeSecretFile } from '../../base/crypto/index.ts';

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

interface StoredHash {
  readonly salt: string;
  readonly hash: string;
}

const settingName = 'admin_key';

function hashOf(key: string, salt: string): string {
  // The key has 32 characters or more and is checked on every control call: a fast keyed hash is right, a slow one is not.
  return createHmac('sha256', Buffer.from(salt, 'hex')).update(key).digest('hex');
}

function verifier(stored: StoredHash): (key: string) => boolean {
  const wanted = Buffer.from(stored.hash, 'hex');
  return (key) => timingSafeEqual(Buffer.from(hashOf(key, stored.salt), 'hex'), wanted);
}

function newHash(key: string): StoredHash {
  const salt = randomBytes(16).toString('hex');
  return { salt, hash: hashOf(key, salt) };
}

async function keep(postgres: Postgres, stored: StoredHash, replace: boolean): Promise<StoredHash> {
  const conflict = replace ? 'do update set value = excluded.value' : 'do nothing';
  await postgres.control(
    `insert into instance_settings (name, value) values ($1, $2) on conflict (name) ${conflict}`,
    [settingName, JSON.stringify(stored)],
  );
  return (await storedHash(postgres)) ?? stored;
}

async function storedHash(postgres: Postgres): Promise<StoredHash | null> {
  const { rows } = await postgres.control<{ value: StoredHash }>('select value from instance_settings where name = $1', [
    settingName,
  ]);
  return rows[0]?.value ?? null;
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
  if (given !== null) {
    const known = await storedHash(postgres);
    const stored = known !== null && verifier(known)(given) ? known : newHash(given);
    if (stored !== known) await keep(postgres, stored, true);
    return { verify: verifier(stored), generated: null, file: null, given: true };
  }
  const file = join(dataPath, 'admin-key');
  const known = await storedHash(postgres);
  if (known === null) return generate(postgres, file);
  const text = await readSecretFile(file);
  return { verify: verifier(known), generated: null, file: text !== null && verifier(known)(text) ? file : null, given: false };
}

async function generate(postgres: Postgres, file: string): Promise<AdminKey> {
  const key = `ashlar_${base32(randomBytes(32))}`;
  const own = newHash(key);
  // The file first: a key whose hash is stored but that nobody has would lock everyone out.
  await writeSecretFile(file, `${key}\n`);
  const stored = await keep(postgres, own, false);
  // Another node that started at the same moment may have been first; its key holds then.
  const mine = stored.hash === own.hash;
  return { verify: verifier(stored), generated: mine ? key : null, file: mine ? file : null, given: false };
}
