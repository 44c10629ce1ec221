/** The functions of family utility. */
import type { FunctionDeclaration } from '../define.ts';
import { logDebugInfo } from './log_debug_info.ts';
import { setHeader } from './set_header.ts';
import { setStatus } from './set_status.ts';
import { sleep } from './sleep.ts';

export const utilityFunctions: readonly FunctionDeclaration[] = [sleep, logDebugInfo, setHeader, setStatus];
