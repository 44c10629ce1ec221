import type { FunctionDeclaration } from '../define.ts';
import { conditional } from './conditional.ts';
import { forEach } from './for_each.ts';
import { group, postProcess } from './group.ts';
import { breakFunction, continueFunction, precondition, returnFunction, throwError } from './leave.ts';
import { parallel } from './parallel.ts';
import { runFunction } from './run_function.ts';
import { switchFunction } from './switch.ts';
import { transaction } from './transaction.ts';
import { tryCatch } from './try_catch.ts';
import { whileFunction } from './while.ts';

export const flowFunctions: readonly FunctionDeclaration[] = [
  conditional,
  switchFunction,
  forEach,
  whileFunction,
  breakFunction,
  continueFunction,
  group,
  returnFunction,
  precondition,
  throwError,
  tryCatch,
  parallel,
  runFunction,
  postProcess,
  transaction,
];
