/** The face of the workspace: its files read into its model. */

export { readWorkspace } from './read.ts';
export { scheduleFlaw } from './schedule.ts';
export { limitsOf } from './settings.ts';
export { isTimezone } from './timezone.ts';
