/** Identifiers, hashes, sealed texts, secret files. */
export { base32, newId, sha256Hex } from './ids.ts';
export type { Sealer } from './seal.ts';
export { createSealer } from './seal.ts';
export { keyFromFile, readSecretFile, writeSecretFile } from './secret-file.ts';
