/** Documents name files that exist, and links that lead somewhere. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesUnder, root } from './sources.ts';

const written = ['README.md', 'ARCHITECTURE.md', 'DEVELOPMENT.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'LICENSE'];
const tops = 'contract|engine|server|cli|examples|docs|scripts|tests|\\.ci';

describe('the documents', () => {
  it.each(written)('%s is there', (path) => {
    expect(readFileSync(join(root, path), 'utf8').length).toBeGreaterThan(200);
  });

  it.each(['README.md', 'ARCHITECTURE.md', 'DEVELOPMENT.md', 'CONTRIBUTING.md'])('%s names only paths that exist', (path) => {
    const text = readFileSync(join(root, path), 'utf8');
    const named = [...text.matchAll(new RegExp(`(?<![\\w/.-])(?:${tops})/[\\w./\\[\\]-]*[\\w/]`, 'g'))].map(([name]) => name);
    if (path === 'ARCHITECTURE.md') expect(named.length).toBeGreaterThan(30);
    expect(named.filter((name) => !existsSync(join(root, name)))).toEqual([]);
  });

  it('name only limits that ashlar.jsonc has', () => {
    const schema = JSON.parse(readFileSync(join(root, 'contract/schemas/ashlar.schema.json'), 'utf8'));
    const known = Object.keys(schema.properties.limits.properties);
    expect(known).toContain('deadline_ms');
    const named = [...writtenPages(), ...filesUnder('docs', '.md')].flatMap(({ path, text }) =>
      [...text.matchAll(/`limits\.([a-z_]+)`/g)].map(([, key = '']) => ({ path, key })),
    );
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter(({ key }) => !known.includes(key))).toEqual([]);
  });

  it('name the domains that there are', () => {
    const row = /^\| `server\/src\/domains\/` \| ([a-z, ]+):/m.exec(pageOf('ARCHITECTURE.md').text)?.[1] ?? '';
    const folders = readdirSync(join(root, 'server/src/domains'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && existsSync(join(entry.parentPath, entry.name, 'index.ts')))
      .map(({ name }) => name);
    expect(row.split(', ')).toEqual(folders.sort());
  });

  it('have each rule of semantics that the source cites', () => {
    const rules = new Set([...pageOf('docs/semantics.md').text.matchAll(/^(\d+)\. /gm)].map(([, number]) => number));
    expect(rules.size).toBeGreaterThan(40);
    const cited = ['engine/src', 'server/src', 'cli/src', 'tests'].flatMap((folder) =>
      filesUnder(folder, '.ts').flatMap(({ path, text }) =>
        [...text.matchAll(/semantics (\d+(?:(?:, | and )\d+)*)/g)].flatMap(([, list = '']) =>
          (list.match(/\d+/g) ?? []).map((number) => ({ path, number })),
        ),
      ),
    );
    expect(cited.length).toBeGreaterThan(10);
    expect(cited.filter(({ number }) => !rules.has(number))).toEqual([]);
  });

  it('link to files that exist', () => {
    const pages = [...writtenPages(), ...filesUnder('docs', '.md')];
    const broken = pages.flatMap(({ path, text }) =>
      [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)/g)]
        .map(([, target = '']) => target)
        .filter((target) => !existsSync(join(root, dirname(path), target)))
        .map((target) => `${path} -> ${target}`),
    );
    expect(broken).toEqual([]);
  });
});

const writtenPages = () => written.filter((path) => path.endsWith('.md')).map(pageOf);

function pageOf(path: string): { readonly path: string; readonly text: string } {
  return { path, text: readFileSync(join(root, path), 'utf8') };
}
