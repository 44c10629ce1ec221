/** A version's files: content-addressed, listed in a manifest whose own hash tells whether anything changed. */
import { errorOf, fileBytesMax, localEnvFile, versionBytesMax } from '@ashlar/engine';
import { sha256Hex } from '../../base/crypto/index.ts';
import { fileRefused, versionTooLarge } from './errors.ts';

export interface ManifestEntry {
  readonly path: string;
  /** SHA-256 of the content's UTF-8 bytes, hexadecimal. */
  readonly sha256: string;
  readonly bytes: number;
}

export interface Manifest {
  /** Sorted by path. */
  readonly entries: readonly ManifestEntry[];
  /** Of the entries; equal for equal folders. */
  readonly hash: string;
}

/** Makes the manifest of some files. Throws `file_refused` and `version_too_large`. */
export function manifestOf(files: ReadonlyMap<string, string>): Manifest {
  let total = 0;
  const entries: ManifestEntry[] = [];
  for (const path of [...files.keys()].sort()) {
    const reason = refusal(path);
    if (reason !== null) throw errorOf(fileRefused, { path, reason });
    const text = files.get(path) ?? '';
    const bytes = Buffer.byteLength(text);
    total += bytes;
    if (bytes > fileBytesMax) throw errorOf(versionTooLarge, { what: path, bytes, limitBytes: fileBytesMax });
    entries.push({ path, sha256: sha256Hex(text), bytes });
  }
  if (total > versionBytesMax)
    throw errorOf(versionTooLarge, { what: 'The workspace', bytes: total, limitBytes: versionBytesMax });
  return { entries, hash: sha256Hex(JSON.stringify(entries.map(({ path, sha256 }) => [path, sha256]))) };
}

/** Why a path can't be a file of a version; null when it can. */
function refusal(path: string): string | null {
  if (path === '' || path.length > 500) return 'a path has 1 to 500 characters';
  if (path === localEnvFile) return 'it holds values of one machine and is never published';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused.
  if (/[\u0000-\u001f\u007f\\]/u.test(path)) return 'it has a backslash or a control character';
  if (!path.isWellFormed()) return 'it is not well-formed text';
  const segments = path.split('/');
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) return 'it is not a plain relative path';
  return null;
}
