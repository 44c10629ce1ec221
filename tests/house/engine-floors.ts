/** The engine's floors, the lowest first: a module imports itself and what lies below it. */

interface Floor {
  readonly name: string;
  /** Folders end with a slash; the longest that fits decides. */
  readonly paths: readonly string[];
  /** What belongs there, for whoever looks for the right place. */
  readonly holds: string;
}

const src = 'engine/src/';

const floors: readonly Floor[] = [
  { name: 'base', paths: ['limits.ts', 'nearest.ts', 'names.ts'], holds: 'limits and names' },
  { name: 'values', paths: ['values/', 'errors.ts'], holds: 'values, their operators, errors of a run' },
  { name: '1-syntax', paths: ['1-syntax/', 'problems.ts'], holds: 'trees of texts, their places and problems' },
  { name: 'types', paths: ['types/'], holds: 'static types, JSON Schema, what is known of a step' },
  { name: 'filters', paths: ['filters/'], holds: 'filters' },
  { name: 'model', paths: ['model.ts'], holds: 'the shape of a workspace that was read' },
  { name: 'inputs', paths: ['inputs/'], holds: 'what a request may send' },
  { name: 'workspace', paths: ['workspace/'], holds: 'the reading of files' },
  { name: 'run', paths: ['run/', 'effects.ts'], holds: 'one run and what it asks the world' },
  { name: 'ir', paths: ['ir.ts'], holds: 'the intermediate form' },
  { name: 'declaration', paths: ['library/define.ts'], holds: 'how a function is declared' },
  { name: '2-check', paths: ['2-check/'], holds: 'what is known before a run, and its problems' },
  { name: '3-plan', paths: ['3-plan/'], holds: 'lowering, and the SQL of database steps' },
  { name: '4-emit', paths: ['4-emit/'], holds: 'JavaScript from the intermediate form' },
  { name: 'query', paths: ['query/'], holds: 'database steps at run time' },
  { name: 'library', paths: ['library/'], holds: 'functions' },
  {
    name: 'compiled',
    paths: ['compiled.ts', 'compiled-stack.ts', 'kept-stacks.ts', 'compile.ts'],
    holds: 'the compiler as a whole',
  },
  { name: 'tools', paths: ['explain/', 'schema/'], holds: 'what people and editors are shown' },
  { name: 'face', paths: ['index.ts'], holds: 'what others may use' },
];

/** The floor of a file of the engine; undefined elsewhere, and for a file that belongs to none. */
export function engineFloorOf(path: string): string | undefined {
  return floorOf(path)?.name;
}

function floorOf(path: string): Floor | undefined {
  if (!path.startsWith(src)) return undefined;
  const inside = path.slice(src.length);
  const fits = (prefix: string): boolean => (prefix.endsWith('/') ? inside.startsWith(prefix) : inside === prefix);
  const longest = (floor: Floor): number => Math.max(0, ...floor.paths.filter(fits).map((prefix) => prefix.length));
  return floors.toSorted((a, b) => longest(b) - longest(a)).find((floor) => longest(floor) > 0);
}

/** Why a module of the engine may not import another; null when it may. */
export function refusalOfEngineFloor(from: string, to: string): string | null {
  if (!to.startsWith(src)) return null;
  const [here, there] = [floorOf(from), floorOf(to)];
  if (here === undefined || there === undefined)
    return `${here === undefined ? from : to} is on no floor: give it a place in tests/house/engine-floors.ts`;
  if (floors.indexOf(there) <= floors.indexOf(here)) return null;
  return `${here.name} (${here.holds}) lies below ${there.name} (${there.holds}): move the thing down to ${here.name} or below, or take it as a parameter`;
}
