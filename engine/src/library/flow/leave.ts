/** The steps that leave: break and continue a loop, return from the stack, throw. */
import { misplaced, notAllowedHere } from '../../2-check/problems.ts';
import type { IrStatement } from '../../ir.ts';
import { anyWith, marks, nullType } from '../../types/type.ts';
import { defineFunction, type FunctionDeclaration, type FunctionParameter, type StepCheck, type StepPlan } from '../define.ts';
import { refuseInAnswer } from '../marks.ts';
import { checkStatus } from '../status.ts';

function loopStep(name: 'break' | 'continue', description: string): FunctionDeclaration {
  return defineFunction({
    name,
    aliases: name === 'break' ? ['foreach_break'] : ['foreach_continue'],
    family: 'flow',
    description,
    parameters: {},
    effects: [],
    result: null,
    check(step) {
      if (step.flow.inFinally && !step.flow.inLoop)
        step.problem(misplaced, step.node, { what: `"${name}"`, where: 'in finally' });
      else if (!step.flow.inLoop)
        step.problem(misplaced, step.node, {
          what: `"${name}"`,
          where: step.flow.inParallel ? 'in a parallel branch outside a loop of its own' : 'outside a loop',
        });
      step.walk.leave();
    },
    plan: () => [{ op: name }],
    examples: [
      {
        title: name === 'break' ? 'The loop ends at the first match' : 'A turn is skipped',
        stack: [
          { function: 'create_variable', name: 'seen', value: 0 },
          {
            function: 'for_each',
            list: [1, 2, 3, 4],
            stack: [
              { function: 'conditional', condition: '{{ item == 2 }}', true_branch: [{ function: name }] },
              { function: 'update_variable', name: 'seen', value: '{{ seen + item }}' },
            ],
          },
        ],
        expect: { seen: name === 'break' ? 1 : 8 },
      },
    ],
  });
}

export const breakFunction = loopStep('break', 'Ends the innermost loop.');
export const continueFunction = loopStep('continue', 'Goes on with the next turn of the innermost loop.');

function checkReturn(step: StepCheck): void {
  if (step.flow.inFinally) step.problem(misplaced, step.node, { what: '"return"', where: 'in finally' });
  if (step.flow.inPostProcess)
    step.problem(misplaced, step.node, { what: '"return"', where: 'in post_process, whose answer has left already' });
  for (const name of ['status', 'headers']) {
    const node = step.param(name);
    if (node === undefined) continue;
    if (step.flow.inFunction)
      step.problem(notAllowedHere, node, { parameter: name, why: "a function's result has no status and no headers" });
    else if (step.flow.inParallel)
      step.problem(notAllowedHere, node, { parameter: name, why: 'a return in a parallel branch ends the branch only' });
  }
  refuseInAnswer(step, 'headers');
  checkStatus(step, 200);
  const value = step.expression('value');
  step.walk.returns(value === undefined ? nullType : step.typeOf(value));
  if (value !== undefined) for (const mark of marks) step.walk.shows(value, mark, () => step.walk.returns(anyWith(mark)));
  step.walk.leave();
}

export const returnFunction = defineFunction({
  name: 'return',
  aliases: ['return_response', 'return_value', 'response'],
  family: 'flow',
  description: 'Ends the stack with this answer; it wins over `response`. In a parallel branch it ends the branch.',
  parameters: {
    value: { kind: 'value', aliases: ['body'], description: 'The answer; null when absent.' },
    status: { kind: 'value', types: ['int'], aliases: ['status_code'], description: 'HTTP status, 200 to 599.' },
    headers: { kind: 'value', types: ['object', 'null'], description: 'Headers of the answer, name to text.' },
  },
  effects: [],
  result: null,
  check: checkReturn,
  plan: (step) => [
    {
      op: 'return',
      value: step.value('value') ?? { op: 'constant', value: null },
      status: step.value('status'),
      headers: step.value('headers'),
    },
  ],
  examples: [{ title: 'An early answer', stack: [{ function: 'return', value: { ok: true }, status: 202 }] }],
});

const errorParameters: Readonly<Record<string, FunctionParameter>> = {
  code: { kind: 'value', types: ['text', 'null'], description: 'A stable word for programs.' },
  message: { kind: 'value', types: ['text', 'null'], description: 'A sentence for people.' },
  status: { kind: 'value', types: ['int', 'null'], default: 400, description: 'HTTP status, 400 to 599.' },
  data: { kind: 'value', aliases: ['payload'], description: 'Anything more; leaves as `payload`.' },
};

function planThrow(step: StepPlan, precondition: boolean): IrStatement {
  return {
    op: 'throw',
    code: step.value('code'),
    message: step.value('message'),
    status: step.value('status'),
    data: step.value('data'),
    precondition,
  };
}

export const throwError = defineFunction({
  name: 'throw_error',
  aliases: ['throw'],
  family: 'flow',
  description: 'Ends the run with an error, unless a try_catch around it catches it.',
  parameters: {
    ...errorParameters,
    code: { ...errorParameters.code, aliases: ['name'], kind: 'value', description: 'A stable word for programs.' },
  },
  effects: [],
  result: null,
  check(step) {
    checkStatus(step, 400);
    refuseInAnswer(step, ...Object.keys(errorParameters));
    step.walk.leave();
  },
  plan: (step) => [planThrow(step, false)],
  examples: [
    {
      title: 'Caught again',
      stack: [
        {
          function: 'try_catch',
          try: [{ function: 'throw_error', code: 'out_of_stock', message: 'None left.', status: 409 }],
          catch: [{ function: 'create_variable', name: 'seen', value: '{{ error.code }}' }],
        },
      ],
      expect: { seen: 'out_of_stock' },
    },
  ],
});

export const precondition = defineFunction({
  name: 'precondition',
  family: 'flow',
  description: 'Throws when a condition does not hold.',
  parameters: { condition: { kind: 'condition', required: true, description: 'What must hold.' }, ...errorParameters },
  effects: [],
  result: null,
  check(step) {
    checkStatus(step, 400);
    refuseInAnswer(step, ...Object.keys(errorParameters));
  },
  plan: (step) => [
    {
      op: 'if',
      condition: { op: 'not', operand: step.value('condition') ?? { op: 'constant', value: false } },
      then: [{ step: step.number, statements: [planThrow(step, true)] }],
      otherwise: [],
    },
  ],
  examples: [
    {
      title: 'A bound',
      stack: [
        { function: 'create_variable', name: 'n', value: 3 },
        { function: 'precondition', condition: '{{ n > 0 }}', message: 'n must be positive.' },
      ],
      expect: { n: 3 },
    },
  ],
});
