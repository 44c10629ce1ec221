/** The face of explaining: stacks in sections, code frames for problems. */
export {
  type ExplainedEffects,
  type ExplainedStack,
  type ExplainedStatement,
  explainStack,
  type StackToExplain,
} from './explain.ts';
export { contextFrame, type FramePlace } from './frame.ts';
export { independentCalls } from './independent-calls.ts';
export { type ExplainSection, explainSections, sectionText } from './text.ts';
export type { ExplainedStep } from './tree.ts';
export type { ExplainedSending } from './ways.ts';
