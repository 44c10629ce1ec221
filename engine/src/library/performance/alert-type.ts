/** What both alert functions answer. */
import { objectOf, type } from '../../2-check/types.ts';

export const alertType = objectOf([
  ['id', type('text')],
  ['alert_type', type('text')],
  ['created_at', type('timestamp')],
]);
