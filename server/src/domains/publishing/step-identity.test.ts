import { Problems, readWorkspace, type Workspace } from '@ashlar/engine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignStepIds, type KnownSteps } from './step-identity.ts';

/** A workspace with one function per entry, its stack given as steps. What `before` has already is taken over. */
function workspaceOf(stacks: Record<string, readonly object[]>, before?: Workspace): Workspace {
  const files = new Map([['ashlar.jsonc', '{"name": "test"}']]);
  for (const [name, stack] of Object.entries(stacks)) files.set(`functions/${name}.jsonc`, JSON.stringify({ stack }));
  const problems = new Problems();
  const workspace = readWorkspace(files, problems, before);
  expect(problems.list).toEqual([]);
  return workspace;
}

function counterOf(word: string): () => string {
  let count = 0;
  return () => `${word}${++count}`;
}

const first = (stacks: Record<string, readonly object[]>): KnownSteps => {
  const workspace = workspaceOf(stacks);
  return { workspace, stepIds: assignStepIds(workspace, null, counterOf('new')) };
};
const next = (last: KnownSteps, stacks: Record<string, readonly object[]>) => {
  let made = 0;
  return Object.fromEntries(assignStepIds(workspaceOf(stacks), last, () => `fresh${++made}`));
};

const set = (name: string, value: unknown) => ({ function: 'create_variable', name, value });
const at = (file: string, pointer: string): string => `functions/${file}.jsonc#/stack${pointer}`;

describe('identities of steps', () => {
  it('are given to every step, nested ones too, and not to one that has its own', () => {
    const { stepIds } = first({
      a: [set('x', 1), { function: 'group', stack: [set('y', 2)] }, { ...set('z', 3), id: 'mine' }],
    });
    expect(Object.fromEntries(stepIds)).toEqual({
      [at('a', '/0')]: 'new1',
      [at('a', '/1')]: 'new2',
      [at('a', '/1/stack/0')]: 'new3',
    });
  });

  it('stay when nothing changes', () => {
    const stacks = { a: [set('x', 1), set('x', 1)], b: [set('x', 1)] };
    const last = first(stacks);
    expect(next(last, stacks)).toEqual(Object.fromEntries(last.stepIds));
  });

  it('follow a step that another one is put before', () => {
    const last = first({ a: [set('x', 1), set('y', 2)] });
    expect(next(last, { a: [set('new', 0), set('x', 1), set('y', 2)] })).toEqual({
      [at('a', '/0')]: 'fresh1',
      [at('a', '/1')]: 'new1',
      [at('a', '/2')]: 'new2',
    });
  });

  it('follow a step into a branch and into another file', () => {
    const last = first({ a: [set('x', 1), set('y', 2)] });
    expect(next(last, { a: [{ function: 'group', stack: [set('y', 2)] }], b: [set('x', 1)] })).toEqual({
      [at('a', '/0')]: 'fresh1',
      [at('a', '/0/stack/0')]: 'new2',
      [at('b', '/0')]: 'new1',
    });
  });

  it('stay with the step that was edited, the most alike first', () => {
    const last = first({ a: [set('x', 1), set('y', 2)] });
    expect(next(last, { a: [set('y', 3), set('x', 9)] })).toEqual({ [at('a', '/0')]: 'new2', [at('a', '/1')]: 'new1' });
  });

  it('of a group stay when only its inner steps change', () => {
    const last = first({ a: [{ function: 'group', stack: [set('x', 1)] }] });
    expect(next(last, { a: [{ function: 'group', stack: [set('x', 1), set('y', 2)] }] })[at('a', '/0')]).toBe('new1');
  });

  it('are not given twice: one that a file spells out now is taken', () => {
    const last = first({ a: [set('x', 1)] });
    expect(next(last, { a: [{ ...set('y', 2), id: 'new1' }, set('x', 1)] })).toEqual({ [at('a', '/1')]: 'fresh1' });
  });

  it('do not depend on blanks, comments or a description', () => {
    const last = first({ a: [set('x', 1), set('y', 2)] });
    const problems = new Problems();
    const text = '{"stack": [ /* first */ {"description": "d", "value" : 1, "name": "x", "function": "Create Variable"}]}';
    const workspace = readWorkspace(
      new Map([
        ['ashlar.jsonc', '{"name": "test"}'],
        ['functions/a.jsonc', text],
      ]),
      problems,
    );
    expect(assignStepIds(workspace, last, () => 'fresh').get(at('a', '/0'))).toBe('new1');
  });

  it('are the same where unchanged stacks are taken over from the version before', () => {
    const step = fc.oneof(
      fc.tuple(fc.constantFrom('x', 'y'), fc.integer({ min: 0, max: 2 })).map(([name, value]) => set(name, value)),
      // Ids that were given to other steps, among them.
      fc.integer({ min: 1, max: 6 }).map((n) => ({ ...set('x', 1), id: `new${n}` })),
    );
    const stack = fc.uniqueArray(step, { maxLength: 4, selector: (one) => ('id' in one ? one.id : {}) });
    const stacks = fc.record({ a: stack, b: stack, c: stack });
    const edits = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), stack), { maxLength: 2 });
    fc.assert(
      fc.property(stacks, edits, (before, changes) => {
        const last = first(before);
        const after = { ...before, ...Object.fromEntries(changes) };
        const idsOf = (workspace: Workspace) => Object.fromEntries(assignStepIds(workspace, last, counterOf('fresh')));
        expect(idsOf(workspaceOf(after, last.workspace))).toEqual(idsOf(workspaceOf(after)));
      }),
      { numRuns: 300 },
    );
  });
});
