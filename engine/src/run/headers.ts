/** Headers of a stack's answer: checked where a step sets them, since they may hold what a client sent. */
import { type AshlarError, defineError, errorOf } from '../errors.ts';

const headerRefused = defineError<{ header: string; reason: string }>({
  code: 'header_refused',
  status: 400,
  title: "A header of the stack's answer can't be sent",
  solve:
    "Header names are tokens, values one line of visible ASCII characters; framing, security and origin-wide headers are the server's own.",
  message: (d) => `The header "${d.header}" can't be sent: ${d.reason}.`,
});

/** RFC 9110, section 5.6.2. */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Visible ASCII, blanks and tabs: no line breaks, no NUL, nothing whose bytes would depend on a guess. */
const visible = /^[\t\x20-\x7e]*$/;

/**
 * Not a stack's to set: framing and connection, the headers that keep published answers from acting on the console's origin,
 * what has an effect on the whole origin or on proxies in front of it, and what other stations write.
 */
const reserved: ReadonlySet<string> = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'date',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-security-policy',
  'content-security-policy-report-only',
  'x-content-type-options',
  'alt-svc',
  'clear-site-data',
  'nel',
  'origin-agent-cluster',
  'public-key-pins',
  'report-to',
  'reporting-endpoints',
  'service-worker-allowed',
  'strict-transport-security',
  'x-accel-redirect',
  'x-accel-buffering',
  'x-lighttpd-send-file',
  'x-sendfile',
  'x-request-id',
]);

/** What browsers and proxies take at most in one header. */
const maxValueLength = 8_192;

/** Types that a browser would run: what users publish is never script on the console's origin. */
const scriptType = /(?:java|ecma|live|j)script|wasm/i;

/** The console's own cookies. */
const ownCookie = /^\s*(?:__(?:host|secure)-)?ashlar/i;

function refused(header: string, reason: string): AshlarError {
  return errorOf(headerRefused, { header: header.slice(0, 64), reason });
}

/**
 * Checks one header of a stack's answer.
 * @param name in any case
 * @throws header_refused
 */
export function checkHeader(name: string, value: string): void {
  if (!token.test(name)) throw refused(name, 'its name is not a token');
  if (!visible.test(value)) throw refused(name, 'its value has a line break or another character that headers do not carry');
  if (value.length > maxValueLength) throw refused(name, `its value is longer than ${maxValueLength} characters`);
  const lower = name.toLowerCase();
  if (reserved.has(lower) || lower.startsWith('access-control-')) throw refused(name, 'the server sets it itself');
  if (lower === 'content-type' && scriptType.test(value)) throw refused(name, 'answers are never script');
  if (lower === 'set-cookie' && ownCookie.test(value)) throw refused(name, "cookies of this name are the console's");
}
