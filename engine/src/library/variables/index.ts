import type { FunctionDeclaration } from '../define.ts';
import { createVariable } from './create_variable.ts';
import { updateVariable } from './update_variable.ts';

export const variableFunctions: readonly FunctionDeclaration[] = [createVariable, updateVariable];
