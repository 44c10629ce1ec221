/**
 * Settings of the process, each declared once. They come from the environment; a bad one stops the start with one line.
 */
import { isAbsolute, resolve } from 'node:path';
import { didYouMean } from '@ashlar/engine';
import { parseAddressRange, parseCidr } from './base/http/index.ts';

export interface SettingKind<T> {
  /** Name of the environment variable. */
  readonly name: string;
  readonly description: string;
  /** As shown in the reference; absent: none. */
  readonly default?: string;
  /** Never shown, and removed from the process's environment once read. */
  readonly secret?: boolean;
  /** Turns the text into the value; throws a plain sentence when it can't. `text` is the default where nothing is set. */
  readonly read: (text: string | undefined, cwd: string) => T;
}

/** Declares a setting. */
function defineSetting<T>(kind: SettingKind<T>): SettingKind<T> {
  return kind;
}

/** A setting that can't be used; its message names the variable and says what to write. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
}

const path = (text: string, cwd: string): string => (isAbsolute(text) ? text : resolve(cwd, text));

/** The items of a comma-separated list, each checked by `parse`, which throws a plain sentence. */
function listOf(parse: (item: string) => unknown): (text: string | undefined) => readonly string[] {
  return (text) => {
    const items = (text ?? '')
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
    for (const item of items) parse(item);
    return items;
  };
}

function databaseUrl(name: string): (text: string | undefined) => string | null {
  return (text) => {
    if (text === undefined || text === '') return null;
    if (!URL.canParse(text)) throw new Error(`it is not a URL; write for example ${name}`);
    return text;
  };
}

export const settings = {
  host: defineSetting({
    name: 'HOST',
    description: 'Address that the server listens on.',
    default: '127.0.0.1',
    read: (text) => text || '127.0.0.1',
  }),
  port: defineSetting({
    name: 'PORT',
    description: 'Port that the server listens on; 0 takes a free one.',
    default: '8080',
    read: (text) => {
      const port = Number(text ?? '8080');
      if (text?.trim() === '' || !Number.isInteger(port) || port < 0 || port > 65_535)
        throw new Error('it must be a whole number from 0 to 65535');
      return port;
    },
  }),
  data: defineSetting({
    name: 'ASHLAR_DATA',
    description: 'Folder for the embedded database, keys and logs.',
    default: '.ashlar',
    read: (text, cwd) => ({ path: path(text || '.ashlar', cwd), explicit: text !== undefined && text !== '' }),
  }),
  databaseUrl: defineSetting({
    name: 'DATABASE_URL',
    description: "PostgreSQL 14 or later of one's own: a role that may create databases and roles. Absent: the embedded one.",
    secret: true,
    read: databaseUrl('postgres://user:password@127.0.0.1:5432/postgres'),
  }),
  redisUrl: defineSetting({
    name: 'REDIS_URL',
    description: 'Kept for later: caches and limits are per node, with it too; a start says so.',
    secret: true,
    read: databaseUrl('redis://127.0.0.1:6379'),
  }),
  adminKey: defineSetting({
    name: 'ASHLAR_ADMIN_KEY',
    description: 'Key for the control API, 32 characters or more. Absent: one is made at the first start.',
    secret: true,
    read: (text) => {
      if (text === undefined || text === '') return null;
      if (text.length < 32) throw new Error('it must have 32 characters or more');
      return text;
    },
  }),
  secretKey: defineSetting({
    name: 'ASHLAR_SECRET_KEY',
    description:
      "Key that seals token keys, passwords of roles and values of variables at rest, 32 characters or more, the same on every node. Absent: a file in the data folder with the embedded database; with one's own nothing is sealed, and secret variables can't be set.",
    secret: true,
    read: (text) => {
      if (text === undefined || text === '') return null;
      if (text.length < 32) throw new Error('it must have 32 characters or more');
      return text;
    },
  }),
  workspaces: defineSetting({
    name: 'ASHLAR_WORKSPACES',
    description: 'Workspace folders published at start, separated by commas. Absent: the examples. Empty: none.',
    read: (text, cwd) =>
      text === undefined
        ? null
        : text
            .split(',')
            .map((item) => item.trim())
            .filter((item) => item !== '')
            .map((item) => path(item, cwd)),
  }),
  outboundAllow: defineSetting({
    name: 'ASHLAR_OUTBOUND_ALLOW',
    description: 'Private addresses that outbound calls may reach: CIDR ranges, each with an optional :port.',
    read: listOf(parseAddressRange),
  }),
  trustedProxies: defineSetting({
    name: 'ASHLAR_TRUSTED_PROXIES',
    description: 'Proxies whose forwarding headers are believed: CIDR ranges.',
    read: listOf(parseCidr),
  }),
} as const;

export type Settings = { readonly [K in keyof typeof settings]: ReturnType<(typeof settings)[K]['read']> };

/** Read by the command line alone: where its commands find a server. Whoever has it set may start one all the same. */
const clientUrl = 'ASHLAR_URL';

/**
 * Reads all settings. Removes secret ones from `environment`, so that neither a child process nor a dump carries them.
 * Unknown names that begin with ASHLAR_ are refused, with the nearest known one.
 */
export function readSettings(environment: Record<string, string | undefined>, cwd: string): Settings {
  const known = new Set<string>(Object.values(settings).map((kind) => kind.name));
  for (const name of Object.keys(environment))
    if (name.startsWith('ASHLAR_') && !known.has(name) && name !== clientUrl)
      throw new SettingError(`${name} is not a setting. ${didYouMean(name, known) ?? `Known ones: ${[...known].join(', ')}.`}`);
  const values: Record<string, unknown> = {};
  for (const [key, kind] of Object.entries(settings)) {
    try {
      values[key] = kind.read(environment[kind.name], cwd);
    } catch (error) {
      throw new SettingError(`${kind.name} can't be used: ${(error as Error).message}.`);
    }
    if ('secret' in kind && kind.secret) delete environment[kind.name];
  }
  return values as Settings;
}
