/** What both alert functions answer. */
import { objectOf, type } from '../../types/type.ts';

export const alertType = objectOf([
  ['id', type('text')],
  ['alert_type', type('text')],
  ['created_at', type('timestamp')],
]);
