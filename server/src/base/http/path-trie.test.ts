import { describe, expect, it } from 'vitest';
import { allowedMethods, PathTrie } from './path-trie.ts';

const trie = new PathTrie<string>();
for (const path of ['', 'orders', 'orders/{}', 'orders/new', 'orders/{}/lines', 'orders/new/lines/{}'])
  trie.at(path === '' ? [] : path.split('/').map((part) => (part === '{}' ? null : part))).set('GET', path);

describe('a path', () => {
  it.each([
    ['', '', []],
    ['orders', 'orders', []],
    ['orders/7', 'orders/{}', ['7']],
    ['orders/new', 'orders/new', []],
    // The literal leads nowhere further: the parameter does.
    ['orders/new/lines', 'orders/{}/lines', ['new']],
    ['orders/new/lines/1', 'orders/new/lines/{}', ['1']],
    ['Orders', null, null],
    ['orders/', null, null],
    ['orders/7/lines/1', null, null],
    ['__proto__', null, null],
  ])('%j leads to %j', (path, entry, values) => {
    const found = trie.find(path === '' ? [] : path.split('/'));
    expect(found === null ? [null, null] : [found.entries.get('GET'), found.values]).toEqual([entry, values]);
  });
});

it('answers HEAD where it answers GET, and OPTIONS always', () => {
  expect(allowedMethods(new Map([['GET', 1]]))).toEqual(['GET', 'HEAD', 'OPTIONS']);
  expect(allowedMethods(new Map([['POST', 1]]))).toEqual(['POST', 'OPTIONS']);
});
