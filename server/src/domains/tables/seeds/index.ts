export { importSeeds, importSeedsWithin, type SeedOptions, type SeedProgress, type SeedReport } from './import.ts';
export { seedOrder } from './order.ts';
export { type SeedSource, seedFromPath, seedFromText } from './source.ts';
