/** Identifiers, hashes, sealed texts, secret files. */

export { Busy } from './gate.ts';
export { base32, newId, sha256Hex } from './ids.ts';
export { checkPassword, hashPassword } from './password.ts';
export type { Sealer } from './seal.ts';
export { createSealer } from './seal.ts';
export { keyFromFile, readSecretFile, writeSecretFile } from './secret-file.ts';
