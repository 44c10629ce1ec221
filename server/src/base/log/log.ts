/** The process's log: one line an entry, to stderr; JSON for machines, plain text on a terminal. */
import { isSecretName, mask } from './secrets.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
/** What goes with a message. Values are shown as JSON; names that speak of secrets are masked. */
export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export interface LogOptions {
  /** Entries below it are dropped; `info` by default. */
  readonly level?: LogLevel;
  /** Takes one finished line without its line end; stderr by default. */
  readonly write?: (line: string) => void;
  /** Plain text instead of JSON; by default where stderr is a terminal. */
  readonly plain?: boolean;
  /** Milliseconds since the epoch; the system's clock by default. */
  readonly now?: () => number;
}

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
/** `scheme://user:password@host`: the password is cut out of any text. */
const urlPassword = /\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s@/]+@/gi;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not reach a terminal
const controlCharacters = /[\u0000-\u001f\u007f-\u009f]/g;

/** Makes a log. Never throws: a log line must not end a request. */
export function createLog(options: LogOptions = {}): Log {
  const threshold = levels.indexOf(options.level ?? 'info');
  const write = options.write ?? ((line: string) => void process.stderr.write(`${line}\n`));
  const plain = options.plain ?? process.stderr.isTTY === true;
  const now = options.now ?? Date.now;
  const entry = (level: LogLevel) => (message: string, fields?: LogFields) => {
    if (levels.indexOf(level) < threshold) return;
    write((plain ? plainLine : jsonLine)(level, now(), withoutPasswords(message), fields ?? {}));
  };
  return { debug: entry('debug'), info: entry('info'), warn: entry('warn'), error: entry('error') };
}

/** A log that says nothing: for tests, and for callers that don't care. */
export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function jsonLine(level: LogLevel, nowMs: number, message: string, fields: LogFields): string {
  const shown: Record<string, unknown> = { time: new Date(nowMs).toISOString(), level, message };
  for (const [name, value] of Object.entries(fields)) shown[name in shown ? `field_${name}` : name] = value;
  return stringify(shown);
}

function plainLine(level: LogLevel, nowMs: number, message: string, fields: LogFields): string {
  const time = new Date(nowMs).toISOString().slice(11, 19);
  const mark = level === 'info' ? '' : `${level} `;
  const rest = Object.entries(fields).map(([name, value]) => ` ${name}=${stringify(isSecretName(name) ? mask : value)}`);
  return `${time} ${mark}${message}${rest.join('')}`.replace(controlCharacters, ' ');
}

function stringify(value: unknown): string {
  try {
    return JSON.stringify(value, masked) ?? 'null';
  } catch {
    return JSON.stringify({ unloggable: String(value) });
  }
}

/** JSON.stringify's replacer: masks secrets, makes errors and bigints readable. */
function masked(name: string, value: unknown): unknown {
  if (isSecretName(name) && value !== null && value !== undefined) return mask;
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'string') return withoutPasswords(value);
  if (value instanceof Error)
    return { name: value.name, message: withoutPasswords(value.message), stack: withoutPasswords(value.stack ?? '') };
  return value;
}

const withoutPasswords = (text: string): string => text.replace(urlPassword, '$1:***@');
