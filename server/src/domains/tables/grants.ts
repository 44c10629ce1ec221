/** What the query role may read: everything but passwords. */
import type { ClientBase } from 'pg';
import { quoteIdentifier } from '../../base/postgres/index.ts';
import type { Definition } from './shape.ts';

/** Grants reading anew for all tables, column by column where one holds passwords. In the caller's transaction, as the owner. */
export async function grantReading(client: ClientBase, definition: Definition, queryRole: string): Promise<void> {
  const role = quoteIdentifier(queryRole);
  for (const table of definition.values()) {
    const name = quoteIdentifier(table.name);
    const open = table.columns.filter(({ type }) => type !== 'password');
    const columns =
      open.length === table.columns.length ? '' : ` (${open.map((column) => quoteIdentifier(column.name)).join(', ')})`;
    // Revoking the table's right takes the rights of its columns along.
    await client.query(`revoke select on ${name} from ${role}`);
    await client.query(`grant select${columns} on ${name} to ${role}`);
  }
}
