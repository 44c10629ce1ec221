/** The functions of family network. */
import type { FunctionDeclaration } from '../define.ts';
import { externalApiRequest } from './external_api_request.ts';

export const networkFunctions: readonly FunctionDeclaration[] = [externalApiRequest];
