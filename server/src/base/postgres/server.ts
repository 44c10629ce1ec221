/** What the rest of the layer needs to know about the PostgreSQL it talks to, whoever runs it. */
import type { ClientConfig } from 'pg';

export interface DatabaseServer {
  readonly embedded: boolean;
  /** server_version_num / 10000: 14 and later. */
  readonly version: number;
  /** Whether the instance's own role is a superuser there. */
  readonly superuser: boolean;
  /** Its name. */
  readonly role: string;
  /** A database that is always there, to connect to for making others. */
  readonly baseDatabase: string;
  readonly controlDatabase: string;
  /** How to connect, as the instance's own role unless `login` says otherwise. */
  connection(database: string, login?: { readonly user: string; readonly password: string }): ClientConfig;
  stop(): Promise<void>;
}

/**
 * Settings of every connection.
 * @param statementTimeoutMs longest statement, and longest pause within a transaction; null where the role has its own
 */
export function sessionConfig(statementTimeoutMs: number | null): ClientConfig {
  const options = ['-c TimeZone=UTC', '-c DateStyle=ISO', '-c IntervalStyle=iso_8601', '-c extra_float_digits=1'];
  if (statementTimeoutMs !== null)
    options.push(`-c statement_timeout=${statementTimeoutMs}`, `-c idle_in_transaction_session_timeout=${statementTimeoutMs}`);
  return { application_name: 'ashlar', options: options.join(' '), connectionTimeoutMillis: 10_000, keepAlive: true };
}
