/** Seed files, wherever their bytes come from. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { SeedFile } from '@ashlar/engine';

export interface SeedSource extends SeedFile {
  readonly bytes: number;
  /** Reads the file from its beginning; can be called again. */
  readonly open: () => AsyncIterable<Uint8Array>;
}

/** A seed file whose text is in memory, as a version keeps it. */
export function seedFromText(file: SeedFile, text: string): SeedSource {
  const bytes = Buffer.from(text);
  return {
    ...file,
    bytes: bytes.length,
    open: async function* () {
      yield bytes;
    },
  };
}

/** A seed file on disk, read as a stream. `path` is where it lies; the file's own path is what messages name. */
export async function seedFromPath(file: SeedFile, path: string): Promise<SeedSource> {
  return { ...file, bytes: (await stat(path)).size, open: () => createReadStream(path) };
}
