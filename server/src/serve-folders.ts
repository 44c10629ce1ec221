/** Publishes the folders that the server is started with. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AshlarError, type Problem } from '@ashlar/engine';
import type { Log } from './base/log/index.ts';
import { FolderError, type Publishing, workspaceInvalid } from './domains/publishing/index.ts';
import { problemLines, progressLine, type Terminal } from './terminal.ts';

export interface ServeFolders {
  readonly publishing: Publishing;
  /** Null: the examples that come with Ashlar. */
  readonly folders: readonly string[] | null;
  readonly environment: string;
  readonly log: Log;
  readonly terminal: Terminal;
  /** Shows one line that changes; '' takes it away. */
  readonly progress: Terminal;
}

/** The repository's examples, seen from this file. */
const examplesFolder = join(import.meta.dirname, '..', '..', 'examples');

/** Folders under `examples/` that are workspaces; none where the examples are not installed. */
async function exampleFolders(): Promise<readonly string[]> {
  if (!existsSync(examplesFolder)) return [];
  const names = (await readdir(examplesFolder)).sort();
  return names.map((name) => join(examplesFolder, name)).filter((folder) => existsSync(join(folder, 'ashlar.jsonc')));
}

/**
 * Publishes each folder. One that has problems is shown with their places; its last version stays in force, and the others
 * are served all the same.
 */
export async function publishFolders(options: ServeFolders): Promise<void> {
  for (const folder of options.folders ?? (await exampleFolders())) await publishFolder(options, folder);
}

async function publishFolder({ publishing, environment, log, terminal, progress }: ServeFolders, folder: string): Promise<void> {
  try {
    const result = await publishing
      .publishFolder(folder, environment, 'start', (step) => progress(progressLine(step)))
      .finally(() => progress(''));
    if (result.problems.length > 0) terminal(`${folder}\n${problemLines(result.problems)}`);
    log.info(result.unchanged ? 'a folder is in force unchanged' : 'a folder was published', {
      folder,
      workspace: result.workspace,
      environment,
      version: result.versionId,
    });
  } catch (error) {
    if (!(error instanceof AshlarError || error instanceof FolderError)) throw error;
    terminal(`${folder} was not published: ${error.message}`);
    if (error instanceof AshlarError && error.code === workspaceInvalid.code) terminal(problemLines(problemsOf(error)));
    log.error('a folder was not published', { folder, environment, reason: error.message });
  }
}

function problemsOf(error: AshlarError): readonly Problem[] {
  const { payload } = error;
  if (typeof payload !== 'object' || payload === null || !('problems' in payload) || !Array.isArray(payload.problems)) return [];
  return payload.problems;
}
