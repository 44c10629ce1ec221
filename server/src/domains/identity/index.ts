/** Who calls the control API: the admin key, for now. */
export type { AdminKey, Identity } from './admin-key.ts';
export { openAdminKey } from './admin-key.ts';
