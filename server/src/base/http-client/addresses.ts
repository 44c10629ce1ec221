/**
 * Which addresses outbound calls may reach. Everything that is not plainly public is refused (IANA's special-purpose
 * registries), in whatever form it is written, unless the operator allows it.
 */
import { BlockList, isIP, isIPv4 } from 'node:net';
import type { AddressRange } from '../http/index.ts';

/** An address with its family, IPv4 in dotted form, IPv6 without brackets and zone. */
export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

const refused4: readonly (readonly [string, number, string])[] = [
  ['0.0.0.0', 8, 'this network'],
  ['10.0.0.0', 8, 'private'],
  ['100.64.0.0', 10, 'shared (carrier)'],
  ['127.0.0.0', 8, 'loopback'],
  ['169.254.0.0', 16, 'link-local and metadata'],
  ['172.16.0.0', 12, 'private'],
  ['192.0.0.0', 24, 'protocol assignments'],
  ['192.0.2.0', 24, 'documentation'],
  ['192.88.99.0', 24, '6to4 relay'],
  ['192.168.0.0', 16, 'private'],
  ['198.18.0.0', 15, 'benchmarking'],
  ['198.51.100.0', 24, 'documentation'],
  ['203.0.113.0', 24, 'documentation'],
  ['224.0.0.0', 4, 'multicast'],
  ['240.0.0.0', 4, 'reserved and broadcast'],
];

/** Public unicast is 2000::/3; of it these are not. */
const refused6: readonly (readonly [string, number, string])[] = [
  ['2001::', 23, 'protocol assignments and Teredo'],
  ['2001:db8::', 32, 'documentation'],
  ['2002::', 16, '6to4'],
  ['3fff::', 20, 'documentation'],
];

interface Range {
  readonly reason: string;
  readonly list: BlockList;
}

function ranges(of: readonly (readonly [string, number, string])[], family: 'ipv4' | 'ipv6'): readonly Range[] {
  return of.map(([net, prefix, reason]) => {
    const list = new BlockList();
    list.addSubnet(net, prefix, family);
    return { reason, list };
  });
}

const ranges4 = ranges(refused4, 'ipv4');
const ranges6 = ranges(refused6, 'ipv6');
const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');

/** The sixteen bytes of an IPv6 address as eight numbers. */
function groupsOf(address: string): readonly number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const hex = (high: string | undefined, low: string | undefined): string => ((Number(high) << 8) | Number(low)).toString(16);
  const text = dotted === null ? address : `${dotted[1]}${hex(dotted[2], dotted[3])}:${hex(dotted[4], dotted[5])}`;
  const [head = '', tail] = text.split('::');
  const parts = (side: string): number[] => (side === '' ? [] : side.split(':').map((part) => Number.parseInt(part, 16)));
  const before = parts(head);
  if (tail === undefined) return before;
  const after = parts(tail);
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
}

/** The IPv4 address inside an IPv6 one that only carries it: mapped, compatible, NAT64 (both prefixes), translated. */
function embedded4(groups: readonly number[]): string | null {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = groups;
  const zero = a === 0 && b === 0 && c === 0 && d === 0;
  const carries =
    (zero && e === 0 && (f === 0xffff || f === 0)) ||
    (zero && e === 0xffff && f === 0) ||
    (a === 0x64 && b === 0xff9b && ((c === 0 && d === 0 && e === 0 && f === 0) || c === 1));
  return carries ? `${g >> 8}.${g & 255}.${h >> 8}.${h & 255}` : null;
}

/** Reads an address as DNS or a URL gives it; null when it is none. A mapped IPv4 address becomes the IPv4 address. */
export function parseAddress(text: string): Address | null {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  const plain = bare.split('%', 1)[0] ?? '';
  if (isIP(plain) === 0) return null;
  if (isIPv4(plain)) return { address: plain, family: 4 };
  const groups = groupsOf(plain.toLowerCase());
  const isMapped = groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0);
  const inner = isMapped ? embedded4(groups) : null;
  return inner === null ? { address: plain.toLowerCase(), family: 6 } : { address: inner, family: 4 };
}

/** Why an address is not public, in a word or two; null when it is. */
export function refusalOf(address: Address): string | null {
  if (address.family === 4) return ranges4.find(({ list }) => list.check(address.address, 'ipv4'))?.reason ?? null;
  const groups = groupsOf(address.address);
  const inner = embedded4(groups);
  if (inner !== null) {
    const reason = refusalOf({ address: inner, family: 4 });
    return reason ?? (groups[0] === 0x64 && groups[2] === 0 ? null : 'embedded IPv4');
  }
  if (!globalUnicast.check(address.address, 'ipv6')) return 'not a public IPv6 address';
  return ranges6.find(({ list }) => list.check(address.address, 'ipv6'))?.reason ?? null;
}

/** Whether one of the allowances covers the address and port; with `named` only those that name the port. */
export function allows(allowances: readonly AddressRange[], { address, family }: Address, port: number, named = false): boolean {
  return allowances.some(
    (one) => (one.port === port || (one.port === null && !named)) && one.list.check(address, family === 4 ? 'ipv4' : 'ipv6'),
  );
}
