/**
 * Connecting: the one place where an outbound socket is opened. The name is resolved here, every address is judged, and the
 * socket goes to the very address that was judged (so that a second answer of the name server can't slip in between).
 */
import { lookup } from 'node:dns';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { buildConnector } from 'undici';
import type { AddressRange } from '../http/index.ts';
import { type Address, allows, parseAddress, refusalOf } from './addresses.ts';
import { AttemptFailed } from './errors.ts';

export interface ConnectOptions {
  /** What the operator allows beyond public addresses. */
  readonly allow: readonly AddressRange[];
  /** Ports that this node itself listens on: refused on its own addresses unless an allowance names the port. */
  readonly ownPorts: () => ReadonlySet<number>;
  /** Resolves a name to all its addresses; DNS by default. */
  readonly resolve?: (hostname: string) => Promise<readonly string[]>;
  /** Time for name, socket and TLS together. */
  readonly connectTimeoutMs: number;
}

/** All addresses of a name, by the system's resolver. */
function systemResolve(hostname: string): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    lookup(hostname, { all: true, verbatim: true }, (error, found) =>
      error === null ? resolve(found.map(({ address }) => address)) : reject(error),
    );
  });
}

function isOwn({ address }: Address): boolean {
  if (/^(?:127\.|0\.0\.0\.0$|::1$|::$)/.test(address)) return true;
  return Object.values(networkInterfaces()).some((all) => all?.some((one) => one.address === address) === true);
}

/** Why an address and port may not be reached; null when they may. */
function judge(options: Pick<ConnectOptions, 'allow' | 'ownPorts'>, address: Address, port: number): string | null {
  if (options.ownPorts().has(port) && isOwn(address) && !allows(options.allow, address, port, true))
    return "this server's own port";
  const reason = refusalOf(address);
  return reason === null || allows(options.allow, address, port) ? null : `a refused address (${reason})`;
}

/** The first address of a host that may be reached. Throws AttemptFailed: final when all are refused. */
async function pinnedAddress(options: ConnectOptions, hostname: string, port: number): Promise<Address> {
  const literal = parseAddress(hostname);
  const found = literal === null ? await resolveAll(options, hostname) : [literal];
  let reason: string | null = null;
  for (const address of found) {
    const refusal = judge(options, address, port);
    if (refusal === null) return address;
    reason ??= refusal;
  }
  throw new AttemptFailed(`${hostname} is ${reason ?? 'without an address'}`, { final: true });
}

async function resolveAll(options: ConnectOptions, hostname: string): Promise<readonly Address[]> {
  let texts: readonly string[];
  try {
    texts = await (options.resolve ?? systemResolve)(hostname);
  } catch {
    throw new AttemptFailed(`the name ${hostname} can't be resolved`, { unseen: true });
  }
  return texts.map(parseAddress).filter((address) => address !== null);
}

/** A connector for undici that opens sockets to judged addresses only. */
export function guardedConnector(options: ConnectOptions): buildConnector.connector {
  const connect = buildConnector({ timeout: options.connectTimeoutMs, allowH2: false });
  return (target, done) => {
    const port = Number(target.port || (target.protocol === 'https:' ? 443 : 80));
    pinnedAddress(options, target.hostname, port).then(
      // TLS still checks the certificate against the name that was asked for; an address has no SNI.
      ({ address }) => {
        const bare = target.hostname.replace(/^\[|\]$/g, '');
        const name = isIP(bare) === 0 ? { servername: target.servername ?? bare } : {};
        connect({ ...target, hostname: address, host: target.host ?? target.hostname, ...name }, done);
      },
      (error: Error) => done(error, null),
    );
  };
}
