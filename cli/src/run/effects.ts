/** The world of a function that is run without a server: a clock and a log, and nothing else. */
import { completeEffects, type EffectName, type Effects, effectNames, encodeJson, Timestamp } from '@ashlar/engine';
import { printAside } from '../terminal/output.ts';

const here: Partial<Effects> = {
  now: () => timestampNow(),
  log: (_run, _step, { data }) => {
    printAside(encodeJson(data, { decimals: 'number' }));
    return null;
  },
  sleep: async (run, _step, { durationMs }) => {
    await new Promise((resolve) => setTimeout(resolve, Math.min(durationMs, run.remainingMs() + 1)));
    run.check();
    return null;
  },
};

/** What a function may ask for here. */
export const effectsHere: ReadonlySet<EffectName> = new Set(effectNames.filter((name) => here[name] !== undefined));

/** The effects. */
export const localEffects: Effects = completeEffects(here, (name) => () => {
  // What a function asks for was compared with `effectsHere` before it was run.
  throw new Error(`${name} needs a server`);
});

function timestampNow(): Timestamp {
  const now = Timestamp.parse(new Date().toISOString());
  if (now === null) throw new Error('the clock is beyond what a timestamp can hold');
  return now;
}
