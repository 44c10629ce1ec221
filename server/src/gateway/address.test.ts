import { describe, expect, it } from 'vitest';
import { createAddressReader, plainAddress } from './address.ts';
import { inboundRequestId, newRequestId } from './request-id.ts';

describe("the client's address", () => {
  const proxies = ['10.0.0.0/8', '192.0.2.1', '2001:db8::/32'];
  it.each([
    ['nobody is trusted', [], '10.0.0.1', { 'x-forwarded-for': '1.2.3.4' }, '10.0.0.1'],
    ['the peer is no proxy', proxies, '203.0.113.5', { 'x-forwarded-for': '1.2.3.4' }, '203.0.113.5'],
    ['one proxy', proxies, '10.0.0.1', { 'x-forwarded-for': '1.2.3.4' }, '1.2.3.4'],
    ['one proxy, mapped', proxies, '::ffff:10.0.0.1', { 'x-forwarded-for': '::ffff:1.2.3.4' }, '1.2.3.4'],
    ['a chain of proxies', proxies, '10.0.0.1', { 'x-forwarded-for': '1.2.3.4, 10.9.9.9,192.0.2.1' }, '1.2.3.4'],
    ['what the client made up stands further left', proxies, '10.0.0.1', { 'x-forwarded-for': '6.6.6.6, 1.2.3.4' }, '1.2.3.4'],
    ['only proxies', proxies, '10.0.0.1', { 'x-forwarded-for': '10.0.0.2' }, '10.0.0.2'],
    ['with a port', proxies, '10.0.0.1', { 'x-forwarded-for': '1.2.3.4:5678' }, '1.2.3.4'],
    ['IPv6 with a port', proxies, '2001:db8::1', { 'x-forwarded-for': '[2A00::1]:443' }, '2a00::1'],
    ['no address', proxies, '10.0.0.1', { 'x-forwarded-for': '1.2.3.4, unknown' }, '10.0.0.1'],
    ['empty', proxies, '10.0.0.1', { 'x-forwarded-for': '' }, '10.0.0.1'],
    ['Forwarded', proxies, '10.0.0.1', { forwarded: 'for=6.6.6.6, For="[2a00::1]:80";proto=https' }, '2a00::1'],
    ['Forwarded without for', proxies, '10.0.0.1', { forwarded: 'proto=https' }, '10.0.0.1'],
  ])('%s', (_name, trusted, peer, headers, expected) => {
    const reader = createAddressReader(trusted);
    expect(reader.behind(reader.peer(peer), headers)).toBe(expected);
  });

  it('has one spelling', () => {
    expect(plainAddress('::FFFF:1.2.3.4')).toBe('1.2.3.4');
    expect(plainAddress('FE80::1%eth0')).toBe('fe80::1');
  });

  it('ranges that are none stop the start', () => {
    expect(() => createAddressReader(['nonsense'])).toThrow('nonsense');
  });
});

describe('ids of requests', () => {
  it('are UUIDs of version 7, sorted by time, all different', () => {
    const ids = Array.from({ length: 2_000 }, (_, i) => newRequestId(1_700_000_000_000 + i));
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(Array.from({ length: 2_000 }, () => newRequestId(1))).size).toBe(2_000);
  });
  it('of a proxy are taken only when they can do no harm', () => {
    expect(inboundRequestId('abc-123')).toBe('abc-123');
    for (const text of [undefined, '', 'a b', 'a\n', '"', 'x'.repeat(129)]) expect(inboundRequestId(text)).toBeNull();
  });
});
