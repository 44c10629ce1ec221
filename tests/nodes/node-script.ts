/**
 * A node in a process of its own, for tests: `node node-script.ts '{"listen": true, "stopAt": "planned"}'` with the settings in
 * its environment. Says `{ready: url}` to its parent; at the stage `stopAt` it says `{stage}` and waits to be killed, or for a
 * message that lets it go on.
 */
import { readSettings, startServer } from '../../server/src/main.ts';

interface NodeOptions {
  readonly listen: boolean;
  readonly stopAt: string | null;
}

const { listen, stopAt }: NodeOptions = JSON.parse(process.argv[2] ?? '');
const send = (message: object): void => void process.send?.(message);

// A parent that is gone must not leave nodes behind.
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => void running.then((server) => server.stop(1_000)).finally(() => process.exit(0)));

const running = startServer({
  settings: readSettings(process.env, process.cwd()),
  listen,
  onStage: async (stage) => {
    if (stage !== stopAt) return;
    send({ stage });
    await new Promise((resolve) => process.once('message', resolve));
  },
});
running.then(
  (server) => send({ ready: server.url }),
  (error: unknown) => {
    send({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    process.exit(1);
  },
);
