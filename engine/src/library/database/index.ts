import type { FunctionDeclaration } from '../define.ts';

export const databaseFunctions: readonly FunctionDeclaration[] = [];
