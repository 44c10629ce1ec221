/** The face of access: tokens of auth tables. */
export type { TokenEnvironment, TokenRequest, Verdict } from './tokens.ts';
export { createToken, tokenTooLarge, verifyToken } from './tokens.ts';
