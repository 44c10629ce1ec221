export type { Log, LogFields, LogLevel, LogOptions } from './log.ts';
export { createLog, silentLog } from './log.ts';
export { isSecretName, mask } from './secrets.ts';
