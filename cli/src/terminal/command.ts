/** Commands that a person can paste: this program as it was called, and words as a shell takes them. */
import { basename, relative } from 'node:path';

/** `npx ashlar`, `ashlar` or `node ../clone/cli/bin/ashlar.js`: what called this process, to be called again from here. */
export function ownCommand(
  entry = process.argv[1] ?? '',
  { npm_command: npm, npm_lifecycle_event: script }: NodeJS.ProcessEnv = process.env,
): string {
  if (npm === 'exec') return 'npx ashlar';
  // npm runs a script in the folder of its package.json, and takes the rest of the line after two hyphens.
  if (npm === 'run' || npm === 'run-script') return `npm run ${script === 'ashlar' ? script : 'ashlar'} --`;
  if (basename(entry) === 'ashlar') return 'ashlar';
  return `node ${shellWord(relative(process.cwd(), entry) || entry)}`;
}

/** A text as one word of a command line. */
export function shellWord(text: string, platform: NodeJS.Platform = process.platform): string {
  if (/^[\w./:@%+=,-]+$/.test(text)) return text;
  return platform === 'win32' ? `"${text}"` : `'${text.replaceAll("'", "'\\''")}'`;
}
