import { describe, expect, it } from 'vitest';
import { Pace } from './pace.ts';

const noted = (pace: Pace, ...ms: readonly number[]): Pace => {
  for (const one of ms) pace.note(one);
  return pace;
};
const times = (count: number, ms: number): number[] => Array(count).fill(ms);

describe('the way of a statement', () => {
  it.each<[string, Pace, string]>([
    ['that has a way of its own stays there, however quick', noted(new Pace('own', true), ...times(50, 0)), 'own'],
    ['by a key shares at once', new Pace('shared', true), 'shared'],
    ['that adds a row is grouped at once', new Pace('grouped', true), 'grouped'],
    ['whose cost is not known is watched first', new Pace('shared', false), 'own'],
    ['is watched three times', noted(new Pace('shared', false), 0.5, 0.5), 'own'],
    ['that was quick three times shares', noted(new Pace('shared', false), 0.5, 0.5, 0.5), 'shared'],
    ['that was slow three times does not', noted(new Pace('shared', false), 30, 30, 30), 'own'],
    ['that shares and is a little slow now and then still shares', noted(new Pace('shared', true), 0.5, 15, 0.5), 'shared'],
    ['that is slow on the mean goes', noted(new Pace('shared', false), ...times(3, 0.5), ...times(20, 6)), 'own'],
    ['by a key stays on a machine that is slow with everything', noted(new Pace('shared', true), ...times(50, 6)), 'shared'],
    ['that is very slow once goes', noted(new Pace('shared', true), 51), 'own'],
    ['that went stays away for a while', noted(new Pace('shared', true), 51, ...times(19, 0.1)), 'own'],
    ['that went comes back when it is quick again', noted(new Pace('shared', true), 51, ...times(20, 0.1)), 'shared'],
    ['that is still slow does not come back', noted(new Pace('shared', true), 51, ...times(100, 5)), 'own'],
    ['comes back as what it was', noted(new Pace('grouped', true), 51, ...times(20, 0.1)), 'grouped'],
  ])('%s', (_, pace, way) => {
    expect(pace.way).toBe(way);
  });
});
