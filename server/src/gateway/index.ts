/** The face of the gateway: HTTP in, HTTP out. */
export type { NodeState } from './health.ts';
export type { ClientLimits, GatewayLog, GatewayParts } from './parts.ts';
export type { Gateway } from './server.ts';
export { createGateway } from './server.ts';
