/**
 * The station "real client address": the socket's, or what trusted proxies say it was. Forwarding headers of anybody else
 * are never looked at.
 */
import { isIP, isIPv4 } from 'node:net';
import { parseCidr } from '../base/http/index.ts';

/** Who is at the other end of a connection: worked out once for all of its requests. */
export interface PeerAddress {
  readonly address: string;
  /** It is a trusted proxy. */
  readonly trusted: boolean;
}

/** Finds the client's address of a request. */
export interface AddressReader {
  /** `address` as the socket tells it; undefined when it is closed already. */
  peer(address: string | undefined): PeerAddress;
  /** The client's address behind a peer: its own unless it is trusted. `headers` are node's, names lower-cased. */
  behind(peer: PeerAddress, headers: Readonly<Record<string, string | string[] | undefined>>): string;
}

const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i;

/** One spelling for an address: IPv4-mapped becomes IPv4, a zone is dropped, IPv6 in lower case. */
export function plainAddress(text: string): string {
  const found = mapped.exec(text)?.[1];
  if (found !== undefined) return found;
  const zone = text.indexOf('%');
  return (zone === -1 ? text : text.slice(0, zone)).toLowerCase();
}

/** Takes port, brackets and quotes off one entry of a forwarding header; null when it is no address. */
function forwardedAddress(entry: string): string | null {
  let text = entry.trim().replace(/^"(.*)"$/, '$1');
  if (text.startsWith('[')) text = text.slice(1, Math.max(1, text.indexOf(']')));
  else if (/^\d{1,3}(\.\d{1,3}){3}:\d+$/.test(text)) text = text.slice(0, text.indexOf(':'));
  const address = plainAddress(text);
  return isIP(address) === 0 ? null : address;
}

const oneLine = (value: string | string[] | undefined): string => (typeof value === 'string' ? value : (value ?? []).join(','));

/** The `for=` entries of RFC 7239, or those of X-Forwarded-For; nearest proxy last. */
function forwardedChain(headers: Readonly<Record<string, string | string[] | undefined>>): readonly string[] {
  const simple = headers['x-forwarded-for'];
  if (simple !== undefined) return oneLine(simple).split(',');
  const chain: string[] = [];
  for (const element of oneLine(headers.forwarded).split(','))
    for (const pair of element.split(';')) {
      const at = pair.indexOf('=');
      if (at !== -1 && pair.slice(0, at).trim().toLowerCase() === 'for') chain.push(pair.slice(at + 1));
    }
  return chain;
}

/**
 * @param trustedProxies CIDR ranges; throws when one is none
 * @returns the reader; it walks the chain from the nearest proxy to the first address that is not trusted
 */
export function createAddressReader(trustedProxies: readonly string[]): AddressReader {
  const trusted = trustedProxies.map(parseCidr);
  const trusts = (address: string): boolean =>
    isIP(address) !== 0 && trusted.some((list) => list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6'));
  return {
    peer(socketAddress) {
      const address = plainAddress(socketAddress ?? '');
      return { address, trusted: trusts(address) };
    },
    behind(peer, headers) {
      let { address } = peer;
      if (!peer.trusted) return address;
      const chain = forwardedChain(headers);
      for (let i = chain.length - 1; i >= 0 && trusts(address); i -= 1) {
        const next = forwardedAddress(chain[i] ?? '');
        // Something that is no address (`unknown`, `_hidden`) ends the chain: nothing before it can be believed.
        if (next === null) break;
        address = next;
      }
      return address;
    },
  };
}
