import { describe, expect, it } from 'vitest';
import { readSettings } from './settings.ts';

const read = (environment: Record<string, string>) => readSettings(environment, '/work');

describe('trusted proxies', () => {
  it.each(['10.0.0.0/40', '999.1.1.1', '10.0.0.1:80', '[::1]:80', 'fd00::/129', 'localhost', '10.0.0.1 10.0.0.2'])(
    '%s is refused',
    (text) => {
      expect(() => read({ ASHLAR_TRUSTED_PROXIES: `10.0.0.0/8,${text}` })).toThrow(
        `ASHLAR_TRUSTED_PROXIES can't be used: "${text}" is not an address or CIDR range.`,
      );
    },
  );

  it('are addresses and ranges of both families', () => {
    expect(read({ ASHLAR_TRUSTED_PROXIES: '10.0.0.0/8, 192.0.2.1, ::1,fd00::/8,' }).trustedProxies).toEqual([
      '10.0.0.0/8',
      '192.0.2.1',
      '::1',
      'fd00::/8',
    ]);
  });
});

describe('outbound allowances', () => {
  it('may have a port, and are refused with nonsense', () => {
    expect(read({ ASHLAR_OUTBOUND_ALLOW: '127.0.0.1:9000,10.0.0.0/8' }).outboundAllow).toHaveLength(2);
    expect(() => read({ ASHLAR_OUTBOUND_ALLOW: '10.0.0.0/40' })).toThrow(/^ASHLAR_OUTBOUND_ALLOW can't be used: "10.0.0.0\/40"/);
  });
});

it('the address that commands use is no setting, and no hindrance', () => {
  expect(() => readSettings({ ASHLAR_URL: 'https://ashlar.example.com' }, '/')).not.toThrow();
});

describe('an unknown name', () => {
  it('names the nearest known one, or all', () => {
    expect(() => read({ ASHLAR_DATTA: 'x' })).toThrow('ASHLAR_DATTA is not a setting. Did you mean ASHLAR_DATA?');
    expect(() => read({ ASHLAR_SOMETHING_ELSE: 'x' })).toThrow(/is not a setting\. Known ones: .*ASHLAR_WORKSPACES/);
  });
  it('of others is none of our business', () => {
    expect(read({ AHSLAR_DATA: 'x' }).port).toBe(8080);
  });
});

it('secrets are gone from the environment once they are read', () => {
  const environment: Record<string, string> = {
    ASHLAR_ADMIN_KEY: 'k'.repeat(32),
    REDIS_URL: 'redis://127.0.0.1:6379',
    PORT: '1',
  };
  expect(read(environment).adminKey).toBe('k'.repeat(32));
  expect(environment).toEqual({ PORT: '1' });
});
