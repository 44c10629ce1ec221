import { describe, expect, it } from 'vitest';
import { control, eventually, newInstance, read, startNode, type TestNode } from './nodes.ts';
import { environmentPath, version } from './versions.ts';

/** Which version must be whole after a kill at the stage: the old one while nothing is changed, then the new one. */
const stages = [
  { stopAt: 'planned', expected: 1 },
  { stopAt: 'schema_applied', expected: 2 },
  { stopAt: 'schema_noted', expected: 2 },
  { stopAt: 'in_force', expected: 2 },
] as const;

/** The node serves one version whole: what it answers and what it reads belong together. */
async function servesWhole(node: TestNode, expected: number): Promise<boolean> {
  return (await read(node, '/api:nodes/which')) === expected && (await read(node, '/api:nodes/notes')) === 2;
}

/** Publishes version 1, then version 2 on a node that is killed at the stage. */
async function killAt(stopAt: string, change: 'added' | 'renamed', databaseUrl: string, other: TestNode): Promise<void> {
  expect((await control(other, 'POST', `${environmentPath}/publish`, { files: version(1) })).status).toBe(201);
  const doomed = await startNode({ databaseUrl, stopAt });
  const publishing = control(doomed, 'POST', `${environmentPath}/publish`, { files: version(2, change) }).catch(() => 'killed');
  await doomed.atStage;
  await doomed.kill();
  expect(await publishing).toBe('killed');
}

describe.each(['added', 'renamed'] as const)('kill -9 of a node that publishes a column that is %s', (change) => {
  it.each(stages)('at "$stopAt" leaves version $expected whole on the other node', async ({ stopAt, expected }) => {
    const databaseUrl = await newInstance();
    const other = await startNode({ databaseUrl });
    await killAt(stopAt, change, databaseUrl, other);
    await eventually(() => servesWhole(other, expected), 5_000, `version ${expected}`);
    // Nothing is left in the way of the next publication.
    const next = await control(other, 'POST', `${environmentPath}/publish`, { files: version(2, change) });
    expect(next).toMatchObject({ status: expected === 2 ? 200 : 201 });
    expect(await servesWhole(other, 2)).toBe(true);
  });
});

describe('kill -9 of the only node', () => {
  it.each(stages)('at "$stopAt" leaves version $expected whole for the node that starts next', async ({ stopAt, expected }) => {
    const databaseUrl = await newInstance();
    const other = await startNode({ databaseUrl });
    expect((await control(other, 'POST', `${environmentPath}/publish`, { files: version(1) })).status).toBe(201);
    await other.stop();
    const doomed = await startNode({ databaseUrl, stopAt });
    const publishing = control(doomed, 'POST', `${environmentPath}/publish`, { files: version(2, 'renamed') }).catch(
      () => 'killed',
    );
    await doomed.atStage;
    await doomed.kill();
    expect(await publishing).toBe('killed');
    const later = await startNode({ databaseUrl });
    expect(await servesWhole(later, expected)).toBe(true);
  });
});
