/** Who calls the control API: the holder of the admin key. */
export type { AdminKey, Identity } from './admin-key.ts';
export { openAdminKey } from './admin-key.ts';
