/** Workspaces: the unit of tenancy. */
export { workspaceCalls } from './calls.ts';
export type { WorkspaceRecord } from './workspaces.ts';
export { ensureWorkspace, findWorkspace, getWorkspace, listWorkspaces } from './workspaces.ts';
