/**
 * The server in a process of its own, so that its memory and its answering time are its own: `node server-script.ts
 * '{"idleMs": 500}'` (time limits for slow clients) with the settings in its environment. Says `{ready: url}` to its parent,
 * and answers each message with `{memory}`, its resident bytes.
 */
import { readSettings, startServer } from '../../server/src/main.ts';

const clientLimits: Record<string, number> = JSON.parse(process.argv[2] ?? '{}');
const send = (message: object): void => void process.send?.(message);

// A parent that is gone must not leave servers behind.
process.on('disconnect', () => process.exit(0));
process.on('message', () => send({ memory: process.memoryUsage.rss() }));
process.on('SIGTERM', () => void running.then((server) => server.stop(500)).finally(() => process.exit(0)));

const running = startServer({ settings: readSettings(process.env, process.cwd()), clientLimits, durable: false });
running.then(
  (server) => send({ ready: server.url }),
  (error: unknown) => {
    send({ failed: error instanceof Error ? error.message : String(error) });
    process.exit(1);
  },
);
