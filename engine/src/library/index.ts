/** The function library: every function there is, found by any of its names. */
import { canonicalName } from '../names.ts';
import { nearest } from '../nearest.ts';
import { cacheFunctions } from './cache/index.ts';
import { databaseFunctions } from './database/index.ts';
import type { FoundFunction, FunctionDeclaration, Library } from './define.ts';
import { flowFunctions } from './flow/index.ts';
import { networkFunctions } from './network/index.ts';
import { performanceFunctions } from './performance/index.ts';
import { securityFunctions } from './security/index.ts';
import { utilityFunctions } from './utility/index.ts';
import { variableFunctions } from './variables/index.ts';

export const functions: readonly FunctionDeclaration[] = [
  ...variableFunctions,
  ...flowFunctions,
  ...databaseFunctions,
  ...networkFunctions,
  ...cacheFunctions,
  ...securityFunctions,
  ...utilityFunctions,
  ...performanceFunctions,
];

const byName = new Map<string, FunctionDeclaration>();
for (const declaration of functions)
  for (const name of [declaration.name, ...(declaration.aliases ?? [])]) {
    if (byName.has(canonicalName(name))) throw new Error(`two functions are called ${name}`);
    byName.set(canonicalName(name), declaration);
  }

/** Finds a function by its name or an alias; `canonical` tells whether it was written as it is spelled here. */
export function findFunction(name: string): FoundFunction | undefined {
  const declaration = byName.get(canonicalName(name));
  return declaration === undefined ? undefined : { declaration, canonical: declaration.name === name };
}

/** The canonical name nearest to an unknown one. */
function nearestFunction(name: string): string | undefined {
  const found = nearest(canonicalName(name), [...byName.keys()]);
  return found === undefined ? undefined : byName.get(found)?.name;
}

/** All of them, for the check. */
export const library: Library = { find: findFunction, nearest: nearestFunction };
