/** Ranges of addresses as an operator writes them: the one reader of them. */
import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** A range of addresses, and a port of it or all of them. */
export interface AddressRange {
  readonly list: BlockList;
  readonly port: number | null;
}

const forms = [
  /^\[([0-9a-fA-F:.]+)\](?:\/(\d{1,3}))?(?::(\d{1,5}))?$/,
  /^(\d+\.\d+\.\d+\.\d+)(?:\/(\d{1,2}))?(?::(\d{1,5}))?$/,
  /^([0-9a-fA-F:.]+)(?:\/(\d{1,3})(?::(\d{1,5}))?)?$/,
];

function readRange(text: string): AddressRange | null {
  const parts = forms.map((form) => form.exec(text)).find((found) => found !== null) ?? [];
  const [, address = '', prefix, port] = parts;
  const family = isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : null;
  const bits = family === 'ipv4' ? 32 : 128;
  const length = prefix === undefined ? bits : Number(prefix);
  const number = port === undefined ? null : Number(port);
  if (family === null || length > bits || (number !== null && (number < 1 || number > 65_535))) return null;
  const list = new BlockList();
  list.addSubnet(address, length, family);
  return { list, port: number };
}

/** Reads `CIDR[:port]`: `10.1.0.0/16`, `127.0.0.1:9000`, `[fd00::1]:9000`, `fd00::/8`. Throws a plain sentence when it can't. */
export function parseAddressRange(text: string): AddressRange {
  const range = readRange(text);
  if (range === null) throw new Error(`"${text}" is not an address or CIDR range with an optional :port`);
  return range;
}

/** Reads an address or CIDR range without a port. Throws a plain sentence when it can't. */
export function parseCidr(text: string): BlockList {
  const range = readRange(text);
  if (range === null || range.port !== null) throw new Error(`"${text}" is not an address or CIDR range`);
  return range.list;
}
