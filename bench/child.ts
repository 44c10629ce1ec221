/** Processes of the benchmark: each answers one message at a time. */
import { type ChildProcess, spawn } from 'node:child_process';

export interface Child {
  readonly pid: number;
  /** Sends a message and waits for its answer. Rejects when the process ends or answers with an error. */
  ask<T>(message: object): Promise<T>;
  stop(): Promise<void>;
}

type Answer = { readonly answer: unknown } | { readonly failed: string };

/** Starts a script on a processor of its own (null: on whichever). */
export function startChild(
  script: string,
  cpu: number | null,
  env: Readonly<Record<string, string>> = {},
  flags: readonly string[] = [],
): Child {
  const node = [process.execPath, '--disable-proto=delete', ...flags, script];
  const [command = '', ...args] = cpu === null ? node : ['taskset', '-c', String(cpu), ...node];
  const child: ChildProcess = spawn(command, args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { PATH: process.env.PATH ?? '', NODE_ENV: 'production', ...env },
  });
  const ended = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`${script} ended with ${signal ?? code}`)));
  });
  // Who asks hears of it; nobody else needs to.
  ended.catch(() => {});
  return {
    pid: child.pid ?? 0,
    async ask<T>(message: object): Promise<T> {
      const answered = new Promise<Answer>((resolve) => child.once('message', (answer) => resolve(answer as Answer)));
      child.send(message);
      const answer = await Promise.race([answered, ended]);
      if ('failed' in answer) throw new Error(answer.failed);
      return answer.answer as T;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** In the process itself: answers each message. A parent that is gone takes the process with it. */
export function answerMessages(handle: (message: unknown) => Promise<unknown>): void {
  process.on('disconnect', () => process.exit(0));
  process.on('message', (message) => {
    handle(message).then(
      (answer) => process.send?.({ answer }),
      (error: unknown) => process.send?.({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
}

/** Microseconds of processor time that this process has used. */
export function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
