/** Reading an answer's body: decompressed, counted while it comes in, decoded by its charset. */
import type { Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { AttemptFailed } from './errors.ts';

/** What the client offers in Accept-Encoding. */
export const acceptedEncodings = 'gzip, deflate, br, zstd';

const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/** Reads the whole body. Throws AttemptFailed (final) as soon as more than `maxBytes` came out of the decompression. */
export async function readBody(body: Readable, encoding: string, maxBytes: number): Promise<Buffer> {
  const names = encoding
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');
  let stream: Readable = body;
  const stages: Readable[] = [body];
  try {
    if (names.length > 2) throw new AttemptFailed('the answer is compressed more than twice', { final: true });
    for (const name of names.reverse()) {
      const make = decoders[name];
      if (make === undefined)
        throw new AttemptFailed(`the answer has an unknown content-encoding (${name.slice(0, 40)})`, { final: true });
      const decoder = make();
      stream.on('error', (error) => decoder.destroy(error));
      stream = stream.pipe(decoder);
      stages.push(stream);
    }
    return await collect(stream, maxBytes);
  } finally {
    // An unread rest must not come in; the error that destroying raises has nobody left to tell.
    for (const stage of stages) if (!stage.destroyed) stage.on('error', () => {}).destroy();
  }
}

async function collect(stream: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    const piece = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk);
    bytes += piece.length;
    if (bytes > maxBytes) throw new AttemptFailed(`the answer is longer than ${maxBytes} bytes`, { final: true });
    chunks.push(piece);
  }
  return Buffer.concat(chunks, bytes);
}

/** Bytes as text by the content type's charset, UTF-8 where it names none or an unknown one. */
export function decodeText(bytes: Uint8Array, contentType: string): string {
  const charset = /;\s*charset="?([^\s;"]+)/i.exec(contentType)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}
