/**
 * What the machine (or the container) that this node runs on is doing. Processor and memory count everything in it, the
 * embedded database too, for that is what an operator has to watch; a container's own limits are respected.
 */
import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { cpus, freemem, totalmem } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Percentages as per cent, 0 to 100. */
export interface MachineFigures {
  readonly cpuUsage: number;
  readonly memoryUsage: number;
  /** Of the file system that holds the data folder; null where it can't be read. */
  readonly diskUsage: number | null;
  /** Mean over the last second, in milliseconds, beyond the timer's own resolution. */
  readonly eventLoopDelayMs: number;
}

/** What tells how the machine is: the machine itself, or a test that says how it should be. */
export interface MachineReader {
  read(): Promise<MachineFigures>;
  /** Ends the timers. */
  stop(): void;
}

const sampleEveryMs = 1_000;
const resolutionMs = 10;
const cgroup = '/sys/fs/cgroup';

interface CpuReading {
  /** Any unit, the same for both. */
  readonly used: number;
  readonly available: number;
}

/** Samples once a second. */
export class Machine implements MachineReader {
  readonly #dataPath: string;
  readonly #delay: ReturnType<typeof monitorEventLoopDelay>;
  readonly #timer: NodeJS.Timeout;
  #last: CpuReading;
  #cpuUsage = 0;
  #eventLoopDelayMs = 0;

  constructor(dataPath: string) {
    this.#dataPath = dataPath;
    this.#delay = monitorEventLoopDelay({ resolution: resolutionMs });
    this.#delay.enable();
    this.#last = readCpu();
    this.#timer = setInterval(() => this.#sample(), sampleEveryMs);
    this.#timer.unref();
  }

  /** The figures as they are now. */
  async read(): Promise<MachineFigures> {
    return {
      cpuUsage: this.#cpuUsage,
      memoryUsage: memoryUsage(),
      diskUsage: await diskUsage(this.#dataPath),
      eventLoopDelayMs: this.#eventLoopDelayMs,
    };
  }

  /** Ends the timers. */
  stop(): void {
    clearInterval(this.#timer);
    this.#delay.disable();
  }

  #sample(): void {
    const now = readCpu();
    const available = now.available - this.#last.available;
    if (available > 0) this.#cpuUsage = clamp(((now.used - this.#last.used) / available) * 100);
    this.#last = now;
    const mean = this.#delay.mean / 1e6 - resolutionMs;
    this.#eventLoopDelayMs = Number.isFinite(mean) ? Math.max(0, mean) : 0;
    this.#delay.reset();
  }
}

const clamp = (percent: number): number => Math.min(100, Math.max(0, percent));

/** Under a processor limit of the container its own use of it, else the machine's. */
function readCpu(): CpuReading {
  const limited = readLimitedCpu();
  if (limited !== null) return limited;
  let idle = 0;
  let all = 0;
  for (const { times } of cpus()) {
    idle += times.idle;
    all += times.idle + times.user + times.nice + times.sys + times.irq;
  }
  return { used: all - idle, available: all };
}

function readLimitedCpu(): CpuReading | null {
  const [quota, period] = (readText(`${cgroup}/cpu.max`) ?? 'max').trim().split(' ');
  const used = /^usage_usec (\d+)$/m.exec(readText(`${cgroup}/cpu.stat`) ?? '')?.[1];
  const cores = Number(quota) / Number(period);
  if (used === undefined || !Number.isFinite(cores)) return null;
  return { used: Number(used), available: performance.now() * 1_000 * cores };
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** Of the container's limit where there is one below the machine's memory. */
function memoryUsage(): number {
  const limit = process.constrainedMemory();
  const limited = limit > 0 && limit < totalmem();
  const total = limited ? limit : totalmem();
  const free = limited ? process.availableMemory() : freemem();
  return clamp(((total - free) / total) * 100);
}

/** As df reckons: used of what unprivileged users can have. */
async function diskUsage(path: string): Promise<number | null> {
  try {
    const { blocks, bfree, bavail } = await statfs(path);
    const used = blocks - bfree;
    return used + bavail === 0 ? null : clamp((used / (used + bavail)) * 100);
  } catch {
    return null;
  }
}
