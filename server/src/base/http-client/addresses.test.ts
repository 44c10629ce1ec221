import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddressRange } from '../http/index.ts';
import { allows, parseAddress, refusalOf } from './addresses.ts';

const refusal = (text: string): string | null => {
  const address = parseAddress(text);
  return address === null ? 'no address' : refusalOf(address);
};

describe('addresses that outbound calls may not reach', () => {
  it.each([
    ['0.0.0.0', 'this network'],
    ['0.1.2.3', 'this network'],
    ['10.255.255.255', 'private'],
    ['100.64.0.1', 'shared (carrier)'],
    ['100.127.255.255', 'shared (carrier)'],
    ['127.0.0.1', 'loopback'],
    ['127.255.0.9', 'loopback'],
    ['169.254.169.254', 'link-local and metadata'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.0.0.192', 'protocol assignments'],
    ['192.168.1.1', 'private'],
    ['198.19.0.1', 'benchmarking'],
    ['224.0.0.251', 'multicast'],
    ['239.1.1.1', 'multicast'],
    ['240.0.0.1', 'reserved and broadcast'],
    ['255.255.255.255', 'reserved and broadcast'],
    ['::', 'this network'],
    ['::1', 'this network'],
    ['[::1]', 'this network'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:7f00:1', 'loopback'],
    ['0:0:0:0:0:ffff:a00:1', 'private'],
    ['::ffff:0:127.0.0.1', 'loopback'],
    ['::127.0.0.1', 'loopback'],
    ['64:ff9b::10.0.0.1', 'private'],
    ['64:ff9b::a9fe:a9fe', 'link-local and metadata'],
    ['64:ff9b:1::8.8.8.8', 'embedded IPv4'],
    ['2002:7f00:1::', '6to4'],
    ['2002:808:808::', '6to4'],
    ['2001::1', 'protocol assignments and Teredo'],
    ['2001:db8::1', 'documentation'],
    ['fe80::1', 'not a public IPv6 address'],
    ['fe80::1%eth0', 'not a public IPv6 address'],
    ['fd00:ec2::254', 'not a public IPv6 address'],
    ['fc00::1', 'not a public IPv6 address'],
    ['ff02::1', 'not a public IPv6 address'],
    ['100::1', 'not a public IPv6 address'],
  ])('%s is refused: %s', (text, reason) => {
    expect(refusal(text)).toBe(reason);
  });

  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '100.63.255.255',
    '100.128.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.0.1.0',
    '223.255.255.255',
    '2606:4700::1111',
    '2a00:1450:4001::200e',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
  ])('%s is public', (text) => {
    expect(refusal(text)).toBeNull();
  });

  it('a mapped IPv4 address is judged as the IPv4 address it carries', () => {
    fc.assert(
      fc.property(fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)), (bytes) => {
        const text = bytes.join('.');
        expect(refusal(`::ffff:${text}`)).toBe(refusal(text));
      }),
    );
  });
});

describe('allowances', () => {
  const allowed = (allowance: string, address: string, port: number): boolean => {
    const parsed = parseAddress(address);
    return parsed !== null && allows([parseAddressRange(allowance)], parsed, port);
  };
  it.each([
    ['127.0.0.1', '127.0.0.1', 80, true],
    ['127.0.0.1:9000', '127.0.0.1', 9000, true],
    ['127.0.0.1:9000', '127.0.0.1', 9001, false],
    ['127.0.0.1:9000', '127.0.0.2', 9000, false],
    ['10.1.0.0/16', '10.1.200.3', 443, true],
    ['10.1.0.0/16', '10.2.0.1', 443, false],
    ['10.1.0.0/16:443', '10.1.0.1', 80, false],
    ['::1', '::1', 80, true],
    ['[::1]:9000', '::1', 9000, true],
    ['[::1]:9000', '::1', 80, false],
    ['fd00::/8', 'fd12::1', 80, true],
    ['fd00::/8:443', 'fd12::1', 443, true],
    ['fd00::/8:443', 'fd12::1', 80, false],
    ['[fd00::]/8:443', 'fd12::1', 443, true],
    ['127.0.0.1', '::ffff:127.0.0.1', 80, true],
  ])('%s for %s port %d: %s', (allowance, address, port, expected) => {
    expect(allowed(allowance, address, port)).toBe(expected);
  });
  it.each(['', 'localhost', '10.0.0.0/33', '10.0.0.0:0', '10.0.0.0:70000', '1.2.3', 'fd00::/129'])('%j is refused', (text) => {
    expect(() => parseAddressRange(text)).toThrow('is not an address');
  });
});
