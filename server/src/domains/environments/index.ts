/** Environments of workspaces and the values of their variables. */
export type { EnvironmentCallParts } from './calls.ts';
export { environmentCalls } from './calls.ts';
export type { EnvironmentRecord, EnvironmentSecrets } from './environments.ts';
export {
  createEnvironment,
  environmentsInForce,
  findEnvironment,
  findEnvironmentById,
  getEnvironment,
  listEnvironments,
  openSecrets,
} from './environments.ts';
export { bumpRevision, revisionChannel } from './revision.ts';
export { sealAtRest } from './sealed.ts';
export type { Declared, StoredVariables } from './variables.ts';
export { envOf, setVariables, storedVariables } from './variables.ts';
