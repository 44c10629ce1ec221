/** The database effects' bodies. */

export { createDirectQuery } from './direct-query.ts';
export { createQuery } from './query.ts';
export { createTransactions } from './transaction.ts';
export { TriggerWatch } from './triggers.ts';
export { StatementWatch } from './watch.ts';
