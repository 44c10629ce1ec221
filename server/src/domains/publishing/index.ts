/** Publishing: versions, what is in force, and the snapshot that requests read. */
export { publishingCalls } from './calls.ts';
export { workspaceInvalid } from './errors.ts';
export { FolderError } from './folder.ts';
export type { Stage } from './parts.ts';
export { Publishing } from './publishing.ts';
export type { ServedEnvironment, ServedGroup, Snapshot, SnapshotSource } from './snapshot.ts';
