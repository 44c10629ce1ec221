/** The face of access: tokens of auth tables, and their revocation. */
export { type AccessCallParts, accessCalls } from './calls.ts';
export type { TokenEnvironment, TokenRequest, Verdict } from './tokens.ts';
export { createToken, verifyToken } from './tokens.ts';
