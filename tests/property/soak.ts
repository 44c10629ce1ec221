/** How much the property tests run: `npm run soak` does ten times as much. */
const factor = Number(process.env['TEST_SOAK'] ?? '1');

/** The number of runs of a test that makes `count` of them usually. */
export const runs = (count: number): number => Math.round(count * factor);
/** Time for a test that usually takes so long, in milliseconds. */
export const timeFor = (ms: number): number => Math.max(ms, Math.round(ms * factor));
