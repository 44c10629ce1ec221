/** The client for the hot messages; README.md describes it. */

export { cancelStatement } from './cancel.ts';
export type { WireConnection } from './connection.ts';
export { type SharedConnections, WireConnections } from './connections.ts';
export { DirectSocket } from './direct-socket.ts';
export { type Operation, OperationStopped, type WireStatement } from './operation.ts';
export type { WireClient } from './socket.ts';
