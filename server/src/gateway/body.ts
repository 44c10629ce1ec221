/** The station "body": reads it within its limit and decodes it by its type. */
import { isAscii, isUtf8 } from 'node:buffer';
import { AshlarError, decodeJson, errorOf, type Limits, listTooLarge, toPlain, type Value } from '@ashlar/engine';
import { badRequest, bodyTooLarge, parseQuery, queryObject, unsupportedMediaType } from '../base/http/index.ts';
import { withStatus } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { parseMultipart } from './multipart.ts';
import type { Soon } from './soon.ts';

/** A decoded body. */
export interface Body {
  /** undefined: there is none. */
  readonly value: Value | undefined;
  /** A form: its values are texts (a list where a name came more than once) and files. */
  readonly isText: boolean;
}

const noBody: Body = { value: undefined, isText: false };
const wanted = 'application/json, application/x-www-form-urlencoded or multipart/form-data';

/** Whether the request has a body, or says that one will come. */
export function announcesBody({ request: { headers } }: Exchange): boolean {
  return (
    headers['transfer-encoding'] !== undefined || (headers['content-length'] !== undefined && headers['content-length'] !== '0')
  );
}

/**
 * Reads the body's bytes. A longer one is refused as soon as that is known: by its Content-Length before a byte is read.
 * @throws body_too_large, cancelled (the client went away)
 */
function readBytes(exchange: Exchange, limitBytes: number): Soon<Buffer> {
  const { request, response } = exchange;
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw errorOf(bodyTooLarge, { limitBytes });
  if (exchange.expectsContinue) {
    exchange.continued = true;
    response.writeContinue();
  }
  return request.readBody(limitBytes);
}

/** The text of UTF-8 bytes, without a byte order mark. Throws `bad_request`. */
function utf8Text(bytes: Buffer): string {
  if (isAscii(bytes)) return bytes.toString('latin1');
  if (!isUtf8(bytes)) throw errorOf(badRequest, { reason: 'The body is not valid UTF-8' });
  const text = bytes.toString('utf8');
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

/** `application/json; charset=utf-8` -> its type in lower case and its charset. */
function mediaType(header: string): { readonly type: string; readonly charset: string } {
  const [type = '', ...parameters] = header.split(';');
  const charset = parameters.map((p) => /^\s*charset\s*=\s*"?([^"\s]+)"?\s*$/i.exec(p)?.[1]).find((c) => c !== undefined);
  return { type: type.trim().toLowerCase(), charset: (charset ?? 'utf-8').toLowerCase() };
}

const isJson = (type: string): boolean => type === 'application/json' || /^application\/[a-z0-9.+-]+\+json$/.test(type);

type BodyKind = 'json' | 'form' | 'multipart';

/** The kind of the body by its headers, before a byte is read. Throws `unsupported_media_type`. */
function kindOf(exchange: Exchange): BodyKind {
  const { headers } = exchange.request;
  const coding = headers['content-encoding'];
  if (coding !== undefined && coding !== 'identity')
    throw errorOf(unsupportedMediaType, { found: `the coding "${coding.slice(0, 64)}"`, wanted: 'it as it is' });
  // A caller that names no type means JSON; browsers always name one.
  const header = headers['content-type'];
  if (header === undefined || header === '' || header === 'application/json') return 'json';
  const { type, charset } = mediaType(header);
  if (type === 'multipart/form-data') return 'multipart';
  const kind = isJson(type) ? 'json' : type === 'application/x-www-form-urlencoded' ? 'form' : null;
  if (kind === null || (charset !== 'utf-8' && charset !== 'utf8'))
    throw errorOf(unsupportedMediaType, { found: `the type "${header.slice(0, 64)}"`, wanted: `${wanted}, in UTF-8` });
  return kind;
}

/**
 * Reads and decodes the body; at once where there is none. GET and HEAD have none that counts.
 * @throws bad_request, bad_json, body_too_large, list_too_large (413), too_many_parameters, unsupported_media_type, cancelled
 */
export function readBody(exchange: Exchange, limits: Limits): Soon<Body> {
  if (exchange.method === 'GET' || exchange.method === 'HEAD' || !announcesBody(exchange)) return noBody;
  const kind = kindOf(exchange);
  const contentType = exchange.request.headers['content-type'] ?? '';
  const bytes = readBytes(exchange, limits.bodyBytes);
  return bytes instanceof Promise
    ? bytes.then((read) => decodeBody(read, kind, contentType, limits))
    : decodeBody(bytes, kind, contentType, limits);
}

function decodeBody(bytes: Buffer, kind: BodyKind, contentType: string, limits: Limits): Soon<Body> {
  if (bytes.byteLength === 0) return noBody;
  if (kind === 'json') return { value: jsonOf(utf8Text(bytes), limits), isText: false };
  if (kind === 'form') return { value: formOf(bytes.toString('latin1')), isText: true };
  return parseMultipart(bytes, contentType).then((value) => ({ value, isText: true }));
}

/** The fields of a form. Throws `bad_request` for JSON that was sent as one: `curl -d` names no other type by itself. */
function formOf(text: string): Value {
  if (/^\s*(?:\{\s*["}]|\[)/.test(text))
    throw errorOf(badRequest, { reason: 'The body is JSON, but says that it is a form: send Content-Type: application/json' });
  return queryObject(parseQuery(text, 'form'));
}

/** A control call's body as plain JSON data, read by the same rules; undefined when it is empty. `maxDepth`: nesting. */
export async function readPlainJson(exchange: Exchange, limitBytes: number, maxDepth: number): Promise<unknown> {
  if (!announcesBody(exchange)) return undefined;
  const kind = kindOf(exchange);
  if (kind !== 'json') throw errorOf(unsupportedMediaType, { found: `a ${kind}`, wanted: 'application/json' });
  const text = utf8Text(await readBytes(exchange, limitBytes));
  if (text === '') return undefined;
  if (tooDeep(text, maxDepth)) throw errorOf(badRequest, { reason: `The body is nested more than ${maxDepth} deep` });
  try {
    return JSON.parse(text);
  } catch {
    // The slower reader says where it is wrong.
    return toPlain(decodeJson(text));
  }
}

/** Whether JSON text is nested deeper than allowed; brackets in strings don't count. */
function tooDeep(text: string, maxDepth: number): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (inString) {
      if (unit === 0x5c) i += 1;
      else if (unit === 0x22) inString = false;
    } else if (unit === 0x22) inString = true;
    else if (unit === 0x5b || unit === 0x7b) {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if (unit === 0x5d || unit === 0x7d) depth -= 1;
  }
  return false;
}

/** A list beyond its limit is a limit's 503 in a run; in a body it is the sender's doing, and sending it again is no use. */
function jsonOf(text: string, limits: Limits): Value {
  try {
    // What an input takes is for its type to say: a decimal has no such bound, and an int's error names its field.
    return decodeJson(text, limits, 'decimal');
  } catch (thrown) {
    if (thrown instanceof AshlarError && thrown.code === listTooLarge.code) throw withStatus(thrown, 413);
    throw thrown;
  }
}
