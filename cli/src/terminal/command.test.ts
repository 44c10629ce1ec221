import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ownCommand, shellWord } from './command.ts';

describe('this program is called again as it was called', () => {
  test.each([
    ['npx', resolve('node_modules/.bin/ashlar'), { npm_command: 'exec' }, 'npx ashlar'],
    ['npm run', resolve('cli/bin/ashlar.js'), { npm_command: 'run', npm_lifecycle_event: 'ashlar' }, 'npm run ashlar --'],
    ['a link', '/usr/local/bin/ashlar', {}, 'ashlar'],
    ['its path', resolve('cli/bin/ashlar.js'), {}, 'node cli/bin/ashlar.js'],
    ['a path with a blank', resolve('my clone/cli/bin/ashlar.js'), {}, "node 'my clone/cli/bin/ashlar.js'"],
  ])('by %s', (_name, entry, environment, expected) => {
    expect(ownCommand(entry, environment)).toBe(expected);
  });
});

test.each([
  ['my-app', 'my-app'],
  ['../my app', "'../my app'"],
  ["it's", "'it'\\''s'"],
  ['$(x)', "'$(x)'"],
])('%s is one word of a shell', (text, word) => {
  expect(shellWord(text, 'linux')).toBe(word);
});
