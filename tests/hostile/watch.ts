/** Looks at the server's databases from outside: how many rows were changed, and checksums of all tables. */
import { Client, type ClientConfig } from 'pg';

export interface Watch {
  /** A connection to the database that holds this table, as the superuser. */
  database(table: string): Client;
  /** From now on changes of rows are counted. */
  begin(): Promise<void>;
  /** Grows with every row of this database that is added, changed or deleted. Rolled-back changes don't count. */
  changes(database: Client): Promise<number>;
  /** The latest changes of all databases, for a failure's message. */
  latest(): Promise<string>;
  /** Rows and checksum of every table. */
  state(): Promise<State>;
  /**
   * Tables that are not as they were, but should be: those of other databases than `own`, and all where no change of a row
   * was counted (a TRUNCATE is none).
   */
  stray(before: State, own: Client | null): Promise<readonly string[]>;
  end(): Promise<void>;
}

/** Tables of the control database that keep what was tried: a refused publication is an entry too. */
const kept: ReadonlySet<string> = new Set(['alerts', 'publications']);

/** By database: its count of changes, and its tables' rows and checksums. */
export type State = ReadonlyMap<Client, { readonly changes: number; readonly tables: ReadonlyMap<string, string> }>;

interface Watched {
  readonly client: Client;
  /** Schema-qualified and quoted. */
  readonly tables: ReadonlyMap<string, string>;
}

async function open(config: ClientConfig): Promise<Watched> {
  const client = new Client(config);
  await client.connect();
  const { rows } = await client.query<{ name: string; full: string }>(
    `select c.relname as name, format('%I.%I', n.nspname, c.relname) as full from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname not like 'pg\\_%' and n.nspname not in ('information_schema', 'hostile_watch')`,
  );
  return { client, tables: new Map(rows.filter((row) => !kept.has(row.name)).map((row) => [row.name, row.full])) };
}

const journal = `
  create schema hostile_watch;
  create table hostile_watch.change (n bigint generated always as identity, tab text, what text, primary key (n));
  create function hostile_watch.note() returns trigger language plpgsql security definer as $$
    begin insert into hostile_watch.change (tab, what) values (tg_table_name, tg_op); return null; end $$;`;

async function changesOf(client: Client): Promise<number> {
  const text = 'select coalesce(max(n), 0) as n from hostile_watch.change';
  const { rows } = await client.query<{ n: string }>({ name: 'changes', text });
  return Number(rows[0]?.n);
}

async function stateOf(watched: readonly Watched[]): Promise<State> {
  const state = new Map<Client, { changes: number; tables: ReadonlyMap<string, string> }>();
  for (const { client, tables } of watched) {
    const sums = new Map<string, string>();
    for (const [name, full] of tables) {
      const { rows } = await client.query<{ sum: string }>(
        `select count(*) || ' rows ' || coalesce(md5(string_agg(md5(t::text), '' order by md5(t::text))), '') as sum from ${full} t`,
      );
      sums.set(name, rows[0]?.sum ?? '');
    }
    state.set(client, { changes: await changesOf(client), tables: sums });
  }
  return state;
}

/** Opens all databases of the server, the control database included. */
export async function openWatch(connection: (database: string) => ClientConfig): Promise<Watch> {
  const first = new Client(connection('postgres'));
  await first.connect();
  const { rows } = await first.query<{ datname: string }>(
    "select datname from pg_database where not datistemplate and datname <> 'postgres'",
  );
  await first.end();
  const watched = await Promise.all(rows.map(({ datname }) => open(connection(datname))));
  return {
    database(table) {
      const found = watched.find(({ tables }) => tables.has(table));
      if (found === undefined) throw new Error(`no database has a table ${table}`);
      return found.client;
    },
    async begin() {
      for (const { client, tables } of watched) {
        await client.query(journal);
        for (const full of tables.values())
          await client.query(
            `create trigger hostile_watch after insert or update or delete on ${full} for each row execute function hostile_watch.note()`,
          );
      }
    },
    changes: changesOf,
    async latest() {
      const all = await Promise.all(
        watched.map(({ client }) =>
          client.query<{ tab: string; what: string }>('select tab, what from hostile_watch.change order by n desc limit 3'),
        ),
      );
      return all.flatMap(({ rows: latest }) => latest.map(({ tab, what }) => `${what} ${tab}`)).join(', ');
    },
    state: () => stateOf(watched),
    async stray(before, own) {
      const found: string[] = [];
      for (const [client, { changes, tables }] of await stateOf(watched)) {
        const old = before.get(client);
        if (client === own && old?.changes !== changes) continue;
        for (const [table, sum] of tables) if (old?.tables.get(table) !== sum) found.push(table);
      }
      return found;
    },
    async end() {
      await Promise.all(watched.map(({ client }) => client.end()));
    },
  };
}
