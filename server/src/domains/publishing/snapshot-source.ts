/**
 * Holds the snapshot in force and keeps it fresh: a change is announced by NOTIFY, and the revision is polled besides, so
 * that a lost notification costs half a second. While the control database can't be read the last snapshot stays.
 */
import type { Log } from '../../base/log/index.ts';
import type { Postgres } from '../../base/postgres/index.ts';
import { revisionChannel } from '../environments/index.ts';
import { Holds } from './hold.ts';
import type { Snapshot, SnapshotSource } from './snapshot.ts';

/** Control channel: payload is `hold <environment> <node>` or `release <environment> <node>`. */
export const holdChannel = 'ashlar_hold';
const pollMs = 500;

export interface SnapshotParts {
  readonly postgres: Pick<Postgres, 'listen'>;
  readonly log: Log;
  /** Reads the revision in force. */
  readonly revision: () => Promise<{ readonly revision: number; readonly unfinished: boolean }>;
  /** Builds the snapshot anew, reusing what did not change. */
  readonly build: (last: Snapshot | undefined) => Promise<Snapshot>;
  /** Begins to settle what was left half done, by whomever; not waited for. */
  readonly recover: () => void;
  /** False: only polls. For tests of lost notifications. */
  readonly listen: boolean;
  /** Tells this node's own notifications apart. */
  readonly nodeId: string;
}

export class ControlSnapshots implements SnapshotSource {
  readonly holds = new Holds();
  readonly #parts: SnapshotParts;
  readonly #listeners = new Set<(snapshot: Snapshot) => void>();
  #current: Snapshot | undefined;
  #building: Promise<void> | undefined;
  #again: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #polling = false;
  #stopped = false;
  #reachable = true;
  #stopListening: (() => Promise<void>)[] = [];

  constructor(parts: SnapshotParts) {
    this.#parts = parts;
  }

  get current(): Snapshot | undefined {
    return this.#current;
  }

  onChange(listener: (snapshot: Snapshot) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  held(environmentId: string): Promise<void> | undefined {
    return this.holds.waitFor(environmentId);
  }

  /** Builds the first snapshot, then listens and polls. Throws when the first one can't be built. */
  async start(): Promise<void> {
    await this.refresh();
    if (this.#parts.listen) {
      this.#stopListening.push(
        await this.#parts.postgres.listen(revisionChannel, (payload) => this.#onRevision(Number(payload))),
        await this.#parts.postgres.listen(holdChannel, (payload) => this.#onHold(payload)),
      );
    }
    this.#timer = setInterval(() => void this.#poll(), pollMs);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    this.holds.releaseAll();
    await Promise.allSettled(this.#stopListening.map((stop) => stop()));
    await this.#building?.catch(() => undefined);
  }

  /** Builds and swaps; what was committed before the call is in it. Calls while one is being built share the next one. */
  refresh(): Promise<void> {
    if (this.#building === undefined) {
      this.#building = this.#swap().finally(() => {
        this.#building = undefined;
      });
      return this.#building;
    }
    this.#again ??= this.#building
      .catch(() => undefined)
      .then(() => {
        this.#again = undefined;
        return this.refresh();
      });
    return this.#again;
  }

  async #swap(): Promise<void> {
    const next = await this.#parts.build(this.#current);
    if (this.#current !== undefined && next.revision < this.#current.revision) return;
    this.#current = next;
    for (const listener of this.#listeners) listener(next);
  }

  #onRevision(revision: number): void {
    if (this.#stopped || (this.#current !== undefined && revision <= this.#current.revision)) return;
    this.refresh().catch((error: unknown) => this.#unreachable(error));
  }

  #onHold(payload: string): void {
    const [verb, environmentId, nodeId] = payload.split(' ');
    if (this.#stopped || environmentId === undefined || nodeId === this.#parts.nodeId) return;
    if (verb === 'hold') this.holds.hold(environmentId);
    // The way is free when the new version is in force here, or it can't be learned.
    else if (verb === 'release')
      this.refresh()
        .catch((error: unknown) => this.#unreachable(error))
        .finally(() => this.holds.release(environmentId));
  }

  async #poll(): Promise<void> {
    if (this.#polling || this.#stopped) return;
    this.#polling = true;
    try {
      const { revision, unfinished } = await this.#parts.revision();
      if (this.#current === undefined || revision > this.#current.revision) await this.refresh();
      if (unfinished && !this.#stopped) this.#parts.recover();
      if (!this.#reachable) this.#parts.log.info('the control database can be read again');
      this.#reachable = true;
    } catch (error) {
      this.#unreachable(error);
    } finally {
      this.#polling = false;
    }
  }

  #unreachable(error: unknown): void {
    if (this.#stopped || !this.#reachable) return;
    this.#reachable = false;
    this.#parts.log.warn('the control database can not be read; the last snapshot stays in force', {
      reason: error instanceof Error ? error.message : String(error),
    });
  }
}
