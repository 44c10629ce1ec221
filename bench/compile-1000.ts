/** A thousand endpoints: compiled, published again after a save, and how long a server takes to start. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ControlClient } from '../cli/src/control/client.ts';
import { readAdminKey } from '../cli/src/control/key.ts';
import { readFolder } from '../cli/src/workspace/folder.ts';
import { startChild } from './child.ts';
import type { Compiled } from './in-process/compile.ts';
import { largeWorkspace } from './in-process/large-workspace.ts';
import { median, rounded } from './measure.ts';
import type { MeasuredValue, ValuesResult } from './results.ts';

export const compile1000 = 'compile-1000';
const saved = 'apis/things-7/v3/index.get.jsonc';
const launcher = join(import.meta.dirname, '..', 'cli', 'bin', 'ashlar.js');

interface Started {
  readonly url: string;
  /** From the command to the line that says it is ready. */
  readonly seconds: number;
  stop(): Promise<void>;
}

/** `ashlar start`, as a person types it. */
async function startAshlar(data: string, workspaces: string | null): Promise<Started> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [launcher, 'start'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {
      PATH: process.env.PATH ?? '',
      PORT: '0',
      ASHLAR_DATA: data,
      ...(workspaces === null ? {} : { ASHLAR_WORKSPACES: workspaces }),
    },
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
  };
  try {
    const url = await readyUrl(child);
    return { url, seconds: (performance.now() - startedAt) / 1_000, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function readyUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      const url = /^Ashlar is ready[^\n]*\n\s+(https?:\/\/\S+)\n/m.exec(text)?.[1];
      if (url !== undefined) resolve(url);
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${text}`)));
  });
}

/** Saves one of the files again and again, and publishes the folder each time as `ashlar dev` does; milliseconds. */
async function republish(url: string, data: string, folder: string, times: number): Promise<readonly number[]> {
  const client = new ControlClient(url, await readAdminKey(undefined, { ASHLAR_DATA: data }));
  const path = join(folder, saved);
  const text = readFileSync(path, 'utf8');
  const took: number[] = [];
  for (let turn = 1; turn <= times; turn += 1) {
    writeFileSync(path, text.replace('"per_page": 20', `"per_page": ${20 + turn}`));
    const startedAt = performance.now();
    const { files } = await readFolder(folder);
    const answer = await client.publish({ workspace: 'large', environment: 'dev' }, { files });
    took.push(performance.now() - startedAt);
    if (answer.unchanged) throw new Error('what was saved was not published');
  }
  return took;
}

function writeWorkspace(folder: string): void {
  for (const [path, text] of largeWorkspace()) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

async function compileOnce(folder: string, cpu: number | null): Promise<Compiled> {
  const child = startChild(join(import.meta.dirname, 'in-process/compile.ts'), cpu);
  try {
    return await child.ask<Compiled>({ folder });
  } finally {
    await child.stop();
  }
}

/** Starts a server and stops it again; seconds until it was ready. */
async function timeStart(data: string, workspaces: string | null): Promise<number> {
  const server = await startAshlar(data, workspaces);
  await server.stop();
  return server.seconds;
}

const value = (what: string, found: number, unit: MeasuredValue['unit'], goal: number | null): MeasuredValue => ({
  what,
  value: rounded(found, unit === 's' ? 2 : 0),
  unit,
  goal,
});

/** Measures it, each thing `times` times, on folders of its own below `folder`. */
export async function measureCompile1000(folder: string, cpu: number | null, times: number): Promise<ValuesResult> {
  const workspace = join(folder, 'large');
  writeWorkspace(workspace);
  const compiled: Compiled[] = [];
  for (let turn = 0; turn < times; turn += 1) compiled.push(await compileOnce(workspace, cpu));
  const of = (name: 'seconds' | 'cpuSeconds' | 'peakMb'): number => median(compiled.map((one) => one[name]));

  // The examples, as `npm start` serves them.
  const fromNothing = await timeStart(join(folder, 'examples-data'), null);
  const existing: number[] = [];
  for (let turn = 0; turn < times; turn += 1) existing.push(await timeStart(join(folder, 'examples-data'), null));

  const data = join(folder, 'large-data');
  await timeStart(data, workspace);
  const server = await startAshlar(data, workspace);
  const took = await republish(server.url, data, workspace, 2 * times + 1).finally(() => server.stop());
  return {
    name: compile1000,
    measured: [
      value('check and compile 1,000 endpoints', of('seconds'), 's', 3),
      value('the same, processor time', of('cpuSeconds'), 's', null),
      value('most memory meanwhile', of('peakMb'), 'MB', 250),
      value('publish one of 1,000 again', median(took), 'ms', 200),
      value('the first time of these', took[0] ?? 0, 'ms', null),
      value('start on an existing data folder', median(existing), 's', 2),
      value('the same with 1,000 endpoints', server.seconds, 's', null),
      value('start from nothing', fromNothing, 's', 10),
    ],
  };
}
