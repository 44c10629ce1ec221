/** `npm run soak` (TEST_SOAK=10): properties run that many times as often, with new seeds. Vitest loads this before each test file. */
import fc from 'fast-check';

const times = Number(process.env['TEST_SOAK'] ?? '1');
if (!(times >= 1)) throw new Error('TEST_SOAK must be a number from 1 on');
if (times > 1) fc.configureGlobal({ numRuns: Math.round(100 * times) });
