/** Checks and compiles a workspace folder in a process of its own, as `ashlar check` and a publication do. */
import { compileWorkspace, Problems, readWorkspace } from '@ashlar/engine';
import { readFolder } from '../../cli/src/workspace/folder.ts';
import { answerMessages, cpuUs } from '../child.ts';

export interface Compiled {
  readonly endpoints: number;
  /** From the files' texts to what can be served, in seconds. */
  readonly seconds: number;
  /** The same, of processor time: compiling uses more than one processor where there are some. */
  readonly cpuSeconds: number;
  /** The most memory that the process ever had, Node and Ashlar's own code included. */
  readonly peakMb: number;
}

async function compile(folder: string): Promise<Compiled> {
  const { files } = await readFolder(folder);
  const [startedAt, cpuBefore] = [performance.now(), cpuUs()];
  const problems = new Problems();
  const { endpoints } = compileWorkspace(readWorkspace(files, problems), problems);
  const seconds = (performance.now() - startedAt) / 1_000;
  const cpuSeconds = (cpuUs() - cpuBefore) / 1e6;
  if (problems.failed) throw new Error(JSON.stringify(problems.list.slice(0, 3)));
  return { endpoints: endpoints.length, seconds, cpuSeconds, peakMb: process.resourceUsage().maxRSS / 1_024 };
}

answerMessages((message) => compile((message as { readonly folder: string }).folder));
