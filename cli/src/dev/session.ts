/** Publishes a folder again and again, one publication at a time, and says what came of each. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Problems, readWorkspace } from '@ashlar/engine';
import { type Answer, type ControlClient, Refusal, type Target } from '../control/client.ts';
import { Failure } from '../failure.ts';
import { print, printAside, style, styleAside } from '../terminal/output.ts';
import { inOrder, problemsText, summaryText } from '../terminal/problems.ts';
import { planText } from '../terminal/publication.ts';
import { linkProblems } from '../workspace/check.ts';
import { readFolder, type WorkspaceFolder } from '../workspace/folder.ts';
import { LocalEnv } from './local-env.ts';

/** Saves within so many milliseconds are one. */
const gatherMs = 15;

export interface DevOptions {
  readonly root: string;
  readonly url: string;
  readonly client: ControlClient;
  readonly target: Target;
  readonly drops: readonly string[];
  readonly json: boolean;
}

export class DevSession {
  readonly #options: DevOptions;
  readonly #localEnv = new LocalEnv();
  /** When the first save came that is not published yet; null: none. */
  #changedAt: number | null = null;
  #working: Promise<void> | null = null;
  #shownAddresses = '';
  /** What was answered for good, put in force or refused; undefined: nothing yet, or the next attempt may end otherwise. */
  #answered: WorkspaceFolder | undefined;

  constructor(options: DevOptions) {
    this.#options = options;
  }

  /** Something in the folder was saved, made or removed. */
  changed(): void {
    this.#changedAt ??= performance.now();
    this.#working ??= this.#work().finally(() => {
      this.#working = null;
    });
  }

  /** Publishes now. */
  async publish(): Promise<void> {
    this.changed();
    await this.#working;
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await this.#working;
  }

  async #work(): Promise<void> {
    while (this.#changedAt !== null) {
      await sleep(gatherMs);
      const since: number = this.#changedAt;
      this.#changedAt = null;
      await this.#publish(since);
    }
  }

  async #publish(since: number): Promise<void> {
    const { root, client, target, drops, json } = this.#options;
    let files: ReadonlyMap<string, string> = new Map();
    let sent: WorkspaceFolder | undefined;
    try {
      const folder = await readFolder(root);
      files = folder.files;
      // Editors save more than once, and touch files: the same answer need not be told again.
      if (this.#answered !== undefined && isSame(folder, this.#answered)) return;
      this.#answered = undefined;
      sent = folder;
      const given = await client.publish(target, { files, drops });
      const answer = { ...given, problems: [...linkProblems(folder.skippedLinks), ...given.problems] };
      const complaints = await this.#localEnv.send(client, target, folder.localEnv);
      this.#showPublished(answer, files, complaints, Math.round(performance.now() - since));
      if (complaints.length === 0) this.#answered = folder;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (error.code === 'workspace_invalid' || error.code === 'plan_needs_drops') this.#answered = sent;
      const { problems = [], plan = null } = error instanceof Refusal ? error.payload : {};
      if (json) return print(JSON.stringify({ event: 'refused', code: error.code, error: error.message, problems, plan }));
      if (problems.length > 0) print(`\n${problemsText(problems, files)}\n\n${summaryText(problems)}`);
      if (plan !== null) print(planText(plan));
      printAside(`${styleAside('red', 'not published')} ${error.message}${howToDrop(error)}`);
    }
  }

  #showPublished(
    answer: Answer<'publish'>,
    files: ReadonlyMap<string, string>,
    complaints: readonly string[],
    tookMs: number,
  ): void {
    const { version, unchanged, problems, plan } = answer;
    if (this.#options.json) {
      print(
        JSON.stringify({
          event: 'published',
          version,
          unchanged,
          took_ms: tookMs,
          problems: inOrder(problems),
          plan,
          complaints,
        }),
      );
      return;
    }
    if (problems.length > 0) print(`\n${problemsText(problems, files)}\n\n${summaryText(problems)}`);
    if (plan !== null && plan.changes.length > 0) print(planText(plan));
    for (const complaint of complaints) printAside(`${styleAside('yellow', 'warning')} ${complaint}`);
    print(`${style('green', 'published')} in ${tookMs} ms  ${style('dim', unchanged ? `${version}, unchanged` : version)}`);
    this.#showAddresses(files);
  }

  /** The addresses, when they are new. */
  #showAddresses(files: ReadonlyMap<string, string>): void {
    const { url } = this.#options;
    const base = url.replace(/\/$/, '');
    const { groups } = readWorkspace(filesOfGroups(files), new Problems());
    const lines = [...groups.values()].map(
      ({ path, docs }) => `  ${base}/api:${path}${docs ? `  (docs: ${base}/api:${path}/docs)` : ''}`,
    );
    const text = lines.join('\n');
    if (text !== this.#shownAddresses) print(text);
    this.#shownAddresses = text;
  }
}

/** Files that show which groups there are: of each its group.jsonc and one endpoint. */
function filesOfGroups(files: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const shown = new Set<string>();
  const chosen = [...files].filter(([path]) => {
    const [folder, group = '', ...rest] = path.split('/');
    if (folder !== 'apis' || rest.length === 0 || !/\.jsonc?$/.test(path)) return false;
    const isNew = !shown.has(group);
    shown.add(group);
    return isNew || /^group\.jsonc?$/.test(rest.join('/'));
  });
  return new Map(chosen);
}

/** Whether both hold the same texts. */
function isSame(one: WorkspaceFolder, other: WorkspaceFolder): boolean {
  if (one.localEnv !== other.localEnv || one.files.size !== other.files.size) return false;
  for (const [path, text] of one.files) if (other.files.get(path) !== text) return false;
  return true;
}

/** What to write when the plan needs an answer. */
function howToDrop(error: Failure): string {
  return error.code === 'plan_needs_drops' ? '\nTo drop it with its data, start again with --drop NAME.' : '';
}
