/** Reads multipart/form-data: texts and files by name. */
import { isUtf8 } from 'node:buffer';
import { AshlarError, errorOf, type Value, type ValueObject } from '@ashlar/engine';
import busboyModule from '@fastify/busboy';
import { badRequest, maxParameters, tooManyParameters } from '../base/http/index.ts';

/** Bytes of a field's name, and of one part's headers. */
const nameBytes = 1_024;
const partHeaderBytes = 16_384;

interface Part {
  readonly name: string;
  readonly fileName: string | undefined;
  readonly type: string;
  readonly bytes: Buffer;
}

/** A part without a file name is a text, and has to be UTF-8. */
function partValue(part: Part): Value {
  if (part.fileName !== undefined)
    return { name: part.fileName, type: part.type, size: part.bytes.byteLength, bytes: new Uint8Array(part.bytes) };
  if (!isUtf8(part.bytes)) throw errorOf(badRequest, { reason: `The field "${part.name.slice(0, 64)}" is not valid UTF-8` });
  return part.bytes.toString('utf8');
}

function collect(parts: readonly Part[]): ValueObject {
  const object: Record<string, Value> = Object.create(null);
  const lists = new Map<string, Value[]>();
  for (const part of parts) {
    const value = partValue(part);
    const list = lists.get(part.name);
    if (list !== undefined) list.push(value);
    else if (part.name in object) {
      const both = [object[part.name] ?? null, value];
      lists.set(part.name, both);
      object[part.name] = both;
    } else object[part.name] = value;
  }
  return object;
}

const broken = (thrown: unknown): AshlarError =>
  thrown instanceof AshlarError
    ? thrown
    : errorOf(badRequest, {
        reason: `The multipart body is broken (${thrown instanceof Error ? thrown.message : 'unreadable'})`,
      });

/**
 * @param bytes the whole body, within its limit
 * @param contentType the header, with its boundary
 * @returns a null-prototype object; a repeated name holds a list. Files are `{name, type, size, bytes}`
 * @throws bad_request, too_many_parameters
 */
export function parseMultipart(bytes: Buffer, contentType: string): Promise<ValueObject> {
  return new Promise((resolve, reject) => {
    const parts: Part[] = [];
    const fail = (thrown: unknown): void => reject(broken(thrown));
    try {
      const busboy = new busboyModule.Busboy({
        headers: { 'content-type': contentType },
        limits: { parts: maxParameters, fieldNameSize: nameBytes, headerPairs: 32, headerSize: partHeaderBytes },
        // Every part comes as raw bytes, so that broken UTF-8 is seen instead of being mended.
        isPartAFile: () => true,
      });
      busboy.on('file', (name, stream, fileName: string | undefined, _encoding, type) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('error', fail);
        stream.on('end', () => parts.push({ name: name ?? '', fileName, type, bytes: Buffer.concat(chunks) }));
      });
      busboy.on('partsLimit', () => reject(errorOf(tooManyParameters, { limit: maxParameters })));
      busboy.on('error', fail);
      busboy.on('finish', () => {
        try {
          resolve(collect(parts));
        } catch (thrown) {
          fail(thrown);
        }
      });
      busboy.end(bytes);
    } catch (thrown) {
      fail(thrown);
    }
  });
}
