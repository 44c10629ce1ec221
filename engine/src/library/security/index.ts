/** The functions of family security. */
import type { FunctionDeclaration } from '../define.ts';
import { checkPassword } from './check_password.ts';
import { createAuthToken } from './create_auth_token.ts';
import { hashPassword } from './hash_password.ts';
import { random } from './random.ts';

export const securityFunctions: readonly FunctionDeclaration[] = [hashPassword, checkPassword, createAuthToken, random];
