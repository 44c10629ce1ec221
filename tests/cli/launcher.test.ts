/** The launcher: under the Node of the tests and under an older one. */

import { execFile, spawn } from 'node:child_process';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../harness/postgres.ts';
import { ashlar, type Ended, olderNode, repository, start } from './command.ts';

const older = olderNode();
const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the launcher', () => {
  test('runs the command line', async () => {
    expect(await ashlar(['--version'])).toEqual({ code: 0, out: '0.1.0\n', err: '' });
  });

  test.skipIf(older === undefined)('starts itself again where Node is too old, and passes exit codes on', async () => {
    const node = older ?? '';
    expect(await ashlar(['--version'], { node })).toEqual({ code: 0, out: '0.1.0\n', err: '' });
    expect((await ashlar(['check', 'no-such-folder'], { node })).code).toBe(2);
    expect((await ashlar(['check', 'tests/mistakes'], { node })).code).toBe(1);
  });

  test.skipIf(older === undefined)('says in one line what is missing where there is no newer Node', async () => {
    cpSync(join(repository, 'cli', 'bin'), join(folder, 'cli', 'bin'), { recursive: true });
    const ended = await new Promise<Ended>((resolve) => {
      const child = spawn(older ?? '', [join(folder, 'cli', 'bin', 'ashlar.js')], { stdio: ['ignore', 'ignore', 'pipe'] });
      let err = '';
      child.stderr.setEncoding('utf8').on('data', (part: string) => {
        err += part;
      });
      child.on('close', (code) => resolve({ code: code ?? -1, out: '', err }));
    });
    expect(ended.code).toBe(2);
    expect(ended.err).toMatch(/^Ashlar needs Node 24 or later, this is v\d+\.\d+\.\d+\..*\n$/);
  });

  test('takes __proto__ away, as the server has it', async () => {
    // A member of that name is a plain one: nothing of the process is reached through it.
    const { out } = await ashlar(['run', 'tests/cli/fixtures/names', 'proto', '--input', '{"value": {"__proto__": 1}}']);
    expect(out).toBe('{"member":1,"absent":null}\n');
  });
});

test('what new says comes next can be pasted, whatever the folder is called', async () => {
  const { code, out } = await ashlar(['new', "it's my app"], { cwd: folder });
  expect(code).toBe(0);
  const [, next = ''] = /^it-s-my-app is made\. Next: (.+)$/m.exec(out) ?? [];
  expect(next).toContain(' dev ');
  const checked = await promisify(execFile)('bash', ['-c', next.replace(' dev ', ' check ')], { cwd: folder });
  expect(checked.stdout).toMatch(/^No problems in \d+ files\.\n$/);
  expect(readFileSync(join(folder, "it's my app", '.gitignore'), 'utf8')).toMatch(/^\.ashlar\/$/m);
});

describe('a wrong command', () => {
  test.each([
    [['chek'], /unknown command 'chek'\n\(Did you mean check\?\)/],
    [['check', '--fx'], /unknown option '--fx'\n\(Did you mean --fix\?\)/],
    [['push', '.'], /required option '--env <name>' not specified/],
    [['explain'], /missing required argument 'file'/],
    [['explain', 'x', '--section', 'sqll'], /Allowed choices are ast, plan, sql, javascript, effects/],
    [['check', 'no-such-folder'], /There is no folder no-such-folder/],
    [['explain', 'no-such-file'], /There is no file no-such-file/],
    [['run', 'GET', 'api'], /GET needs a path/],
    [
      ['versions', '--env', 'dev', '--workspace', 'x', '--url', 'ftp://x'],
      /--url (?:\(or ASHLAR_URL\) )?must be an address|No admin key/,
    ],
  ])('%j ends with 2 and says why', async (args, message) => {
    const { code, err } = await ashlar(args, { cwd: folder });
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });

  test('is JSON for programs', async () => {
    const { code, out } = await ashlar(['check', 'no-such-folder', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(out)).toEqual({ success: false, code: 'usage', error: 'There is no folder no-such-folder.' });
  });

  test('a reader that goes away ends it quietly', async () => {
    const running = start(['check', 'tests/mistakes']);
    running.child.stdout?.destroy();
    const { err } = await running.ended;
    expect(err).toBe('');
  });
});
