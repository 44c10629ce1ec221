/** Workspaces: the unit of tenancy. */
export { workspaceCalls } from './calls.ts';
export type { WorkspaceRecord } from './workspaces.ts';
export { ensureWorkspace, getWorkspace } from './workspaces.ts';
