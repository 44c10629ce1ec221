/** The README's calls are run as they stand there, in order, in one shell each block; the answers must be what it shows. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../harness/server.ts';

const root = join(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const shownAddress = 'http://127.0.0.1:8080';

interface Session {
  readonly commands: readonly string[];
  readonly output: string;
}

/** Blocks marked `console`: what follows `$ ` is typed, the rest is answered. */
const sessions: readonly Session[] = [...readme.matchAll(/```console\n([\s\S]*?)```/g)].map(([, block = '']) => {
  const lines = block.trimEnd().split('\n');
  const isCommand = (line: string): boolean => line.startsWith('$ ');
  return {
    commands: lines.filter(isCommand).map((line) => line.slice(2)),
    output: lines.filter((line) => !isCommand(line)).join('\n'),
  };
});

/** `…` stands for anything on its line. */
function pattern(shown: string): RegExp {
  const parts = shown.split('…').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}

it('the tour of mistakes shows what `ashlar check` says', async () => {
  const [, shown = ''] = /```\nnpx ashlar check tests\/mistakes\n```\n\n```\n([\s\S]*?)```/.exec(readme) ?? [];
  const checking = promisify(execFile)(process.execPath, ['cli/bin/ashlar.js', 'check', 'tests/mistakes'], { cwd: root });
  const { code, stdout } = await checking.then(
    () => ({ code: 0, stdout: '' }),
    (error: { readonly code: number; readonly stdout: string }) => error,
  );
  expect(code).toBe(1);
  const lines = shown.split('\n').filter((line) => line !== '' && line !== '…');
  expect(lines.length).toBeGreaterThan(10);
  expect(lines.filter((line) => !stdout.includes(`${line}\n`))).toEqual([]);
});

describe('the README', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ workspaces: [join(root, 'examples/seed'), join(root, 'examples/shop')] });
  });

  it('shows calls', () => expect(sessions.length).toBeGreaterThanOrEqual(5));

  it.each(sessions)('$commands.0', async ({ commands, output }) => {
    const script = commands.map((command) => `${command}; echo`).join('\n');
    const typed = script.replaceAll(shownAddress, server.url).replaceAll('curl ', 'curl -s ');
    const { stdout } = await promisify(execFile)('bash', ['-c', typed]);
    const answered = stdout.split('\n').filter((line) => line !== '');
    const shown = output.split('\n');
    expect(answered).toHaveLength(shown.length);
    shown.forEach((line, index) => {
      expect(answered[index]).toMatch(pattern(line));
    });
  });
});
