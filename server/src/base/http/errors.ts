/** What is refused of a request before anything of the product looks at it. */
import { defaultLimits, defineError, grouped } from '@ashlar/engine';
import { maxParameters, requestTimes } from './limits.ts';

const { headersMs, requestMs, idleMs } = requestTimes;

export const badRequest = defineError<{ reason: string }>({
  code: 'bad_request',
  status: 400,
  title: 'The request is malformed',
  solve: 'Look at `detail`: the URL, its percent-encoding, a header or the form of the body is not what HTTP allows.',
  message: (d) => `${d.reason}.`,
});
export const tooManyParameters = defineError<{ limit: number }>({
  code: 'too_many_parameters',
  status: 400,
  title: 'The query or form has too many parameters',
  solve: `A query, a form or a multipart body holds up to ${grouped(maxParameters)} parameters. Send a JSON body for more.`,
  message: (d) => `A query or form may have ${d.limit} parameters, this one has more.`,
});
export const methodNotAllowed = defineError<{ method: string; allowed: string }>({
  code: 'method_not_allowed',
  status: 405,
  title: 'The path exists, but not with this method',
  solve: 'Use one of the methods in the `Allow` header.',
  message: (d) => `${d.method} is not answered here; allowed are ${d.allowed}.`,
});
export const methodUnknown = defineError<{ method: string }>({
  code: 'method_unknown',
  status: 501,
  title: 'The method is not one that this server knows',
  solve: 'Use GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS.',
  message: (d) => `The method ${d.method} is not known here.`,
});
export const requestTimeout = defineError<object>({
  code: 'request_timeout',
  status: 408,
  title: 'The request did not arrive in time',
  solve: `Send headers within ${headersMs / 1_000} seconds, the whole request within ${requestMs / 1_000}, and pause for less than ${idleMs / 1_000}.`,
  message: () => 'The request did not arrive in time.',
});
export const bodyTooLarge = defineError<{ limitBytes: number }>({
  code: 'body_too_large',
  status: 413,
  title: "The request's body is larger than allowed",
  solve: `Send less at once. A body has ${grouped(defaultLimits.bodyBytes)} bytes at most, fewer where \`limits.body_bytes\` in ashlar.jsonc says so.`,
  message: (d) => `The body may have ${d.limitBytes} bytes.`,
});
export const urlTooLong = defineError<{ limitBytes: number }>({
  code: 'url_too_long',
  status: 414,
  title: 'The URL is longer than allowed',
  solve: 'Send long values in a body.',
  message: (d) => `The URL may have ${d.limitBytes} bytes.`,
});
export const unsupportedMediaType = defineError<{ found: string; wanted: string }>({
  code: 'unsupported_media_type',
  status: 415,
  title: 'The body has a type that is not read here',
  solve:
    'Send `Content-Type: application/json`, a form (application/x-www-form-urlencoded) or multipart/form-data, in UTF-8 and not compressed.',
  message: (d) => `A body of ${d.found} is not read here; send ${d.wanted}.`,
});
export const expectationFailed = defineError<object>({
  code: 'expectation_failed',
  status: 417,
  title: 'The Expect header asks for something unknown',
  solve: 'Only `Expect: 100-continue` is known.',
  message: () => 'Only "Expect: 100-continue" is known.',
});
export const headersTooLarge = defineError<{ limitBytes: number }>({
  code: 'headers_too_large',
  status: 431,
  title: "The request's headers are larger than allowed",
  solve: 'Send fewer or shorter headers; cookies are the usual cause.',
  message: (d) => `The headers may have ${d.limitBytes} bytes.`,
});
