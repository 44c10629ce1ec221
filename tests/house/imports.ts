/** Who may import whom. A message says where the thing belongs instead. */
import { posix } from 'node:path';
import { engineFloorOf, refusalOfEngineFloor } from './engine-floors.ts';
import { isTest, lineOf, type SourceFile, withoutComments } from './sources.ts';

export interface Import {
  readonly from: string;
  /** Path from the repository's root, or the name of a package. */
  readonly to: string;
  readonly line: number;
}

const statements = [
  /^\s*(?:import|export)\b[^'";]*?\bfrom\s+['"]([^'"\n]+)['"]/gm,
  /^\s*import\s+['"]([^'"\n]+)['"]/gm,
  /\bimport\(\s*['"]([^'"\n]+)['"]/g,
];

/** The imports of a file. */
export function importsOf({ path, text }: SourceFile): readonly Import[] {
  const code = withoutComments(text);
  return statements.flatMap((pattern) =>
    [...code.matchAll(pattern)].map((match) => {
      const [, written = ''] = match;
      const to = written.startsWith('.') ? posix.join(posix.dirname(path), written) : written;
      return { from: path, to, line: lineOf(code, match.index + match[0].length) };
    }),
  );
}

/** Floors of the server, the highest first. What stands beside them composes the whole. */
const floors = ['gateway', 'control', 'runtime', 'domains', 'base'] as const;
type Floor = (typeof floors)[number];
const levels: Readonly<Record<Floor, number>> = { gateway: 3, control: 3, runtime: 2, domains: 1, base: 0 };

function floorOf(path: string): Floor | undefined {
  const name = path.match(/^server\/src\/([^/]+)\//)?.[1];
  return floors.find((floor) => floor === name);
}

function domainOf(path: string): string | undefined {
  return path.match(/^server\/src\/domains\/([^/]+)\//)?.[1];
}

/** Declares settings and calls; has no way up, so every floor may read it. */
const readByAll = new Set(['server/src/settings.ts', 'server/src/control/define.ts']);

/** Domains that write facts, once there are any: everyone may write to them, they call no other. */
const lowest = new Set(['audit', 'events']);

/** What is wrong with an import; null when nothing is. */
export function refusal(one: Import): string | null {
  if (one.from.startsWith('engine/')) return refusalInEngine(one);
  if (one.from.startsWith('cli/')) return refusalInCli(one);
  if (one.from.startsWith('contract/')) return 'the contract is made from declarations and imports nothing';
  return refusalInServer(one);
}

function refusalInEngine({ from, to }: Import): string | null {
  if (to.startsWith('node:') && !isTest(from))
    return 'the engine does no I/O: what needs the machine is an effect (engine/src/effects.ts), its body stands in server/src/runtime';
  if (to.startsWith('server/') || to.startsWith('cli/') || to === '@ashlar/server')
    return 'the engine is usable alone: take what is needed as a parameter, or move it into the engine';
  return isTest(from) ? null : refusalOfEngineFloor(from, to);
}

function refusalInCli({ from, to }: Import): string | null {
  if (isTest(from)) return null;
  if (to.startsWith('engine/') || to.startsWith('contract/') || to.startsWith('server/'))
    return 'import @ashlar/engine or @ashlar/contract; what is missing there belongs on their face';
  return null;
}

function refusalInServer(one: Import): string | null {
  const { from, to } = one;
  if (to.startsWith('engine/'))
    return isTest(from) ? null : 'import @ashlar/engine; what is missing there belongs on its face, engine/src/index.ts';
  if (to.startsWith('cli/') || to === '@ashlar/cli')
    return 'the server knows nothing of the command line: move it into a domain or the engine';
  if (isTest(from) || readByAll.has(to)) return null;
  return refusalOfFloor(one) ?? refusalOfDomain(one);
}

function refusalOfFloor({ from, to }: Import): string | null {
  const [here, there] = [floorOf(from), floorOf(to)];
  if (here === undefined) return null;
  if (there === undefined)
    return to.startsWith('server/src/')
      ? 'files beside the floors compose the whole; what a floor needs is handed to it as a parameter'
      : null;
  if (levels[there] <= levels[here]) return null;
  return `${here} lies below ${there}: move the thing down to ${here} or below, or hand it over when the server is composed (server/src/start-server.ts)`;
}

function refusalOfDomain({ from, to }: Import): string | null {
  const there = domainOf(to);
  const here = domainOf(from);
  if (there === undefined || there === here) return null;
  if (to !== `server/src/domains/${there}/index.ts`)
    return `the face of ${there} is server/src/domains/${there}/index.ts: list there what others may use`;
  if (here !== undefined && lowest.has(here))
    return `${here} is lowest among the domains: ${there} writes to it, never the other way`;
  return null;
}

/** What may stand in no circle: a domain of the server, a module of the engine. */
const moduleOf = (path: string): string | undefined => domainOf(path) ?? engineFloorOf(path);

/** Circles among domains, and among modules of the engine, each as the names on the way. */
export function circles(imports: readonly Import[]): readonly string[] {
  const edges = new Map<string, Set<string>>();
  for (const { from, to } of imports) {
    const [here, there] = [moduleOf(from), moduleOf(to)];
    if (here === undefined || there === undefined || here === there || isTest(from)) continue;
    edges.set(here, (edges.get(here) ?? new Set()).add(there));
  }
  const found = new Set<string>();
  const visit = (name: string, way: readonly string[]): void => {
    const start = way.indexOf(name);
    if (start !== -1) {
      found.add([...way.slice(start), name].join(' -> '));
      return;
    }
    for (const next of edges.get(name) ?? []) visit(next, [...way, name]);
  };
  for (const name of edges.keys()) visit(name, []);
  return [...found];
}
