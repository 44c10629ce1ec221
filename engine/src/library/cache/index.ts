/** The functions of family cache. */
import type { FunctionDeclaration } from '../define.ts';
import { cacheGet } from './cache_get.ts';
import { cacheSet } from './cache_set.ts';

export const cacheFunctions: readonly FunctionDeclaration[] = [cacheGet, cacheSet];
