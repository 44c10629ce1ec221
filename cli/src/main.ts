/** The entry of the command line: runs a command and gives its exit code. bin/ashlar.js starts it. */
import { runCommandLine } from './program.ts';

// A reader that goes away (`ashlar versions | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await runCommandLine(process.argv.slice(2));
