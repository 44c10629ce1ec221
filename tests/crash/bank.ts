/** A workspace with accounts and a ledger: what moves between accounts must add up, whatever is killed. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const accounts = 12;
export const openingAmount = 1_000;
/** The longest time that a run may take, in milliseconds. */
export const deadlineMs = 4_000;

const transfer = {
  input: {
    code: 'text',
    from: 'int',
    to: 'int',
    amount: { type: 'int', min: 1 },
    pause_ms: { type: 'int', default: 0 },
  },
  stack: [
    {
      function: 'transaction',
      stack: [
        {
          function: 'query_records',
          table: 'account',
          where: '{{ db.account.id in [input.from, input.to] }}',
          sort: ['id'],
          lock: 'update',
          return_as: 'locked',
        },
        { function: 'get_record', table: 'account', id: '{{ input.from }}', return_as: 'giver' },
        {
          function: 'edit_record',
          table: 'account',
          id: '{{ input.from }}',
          data: { amount: '{{ giver.amount - input.amount }}' },
        },
        { function: 'sleep', duration_ms: '{{ input.pause_ms }}' },
        { function: 'get_record', table: 'account', id: '{{ input.to }}', return_as: 'taker' },
        {
          function: 'edit_record',
          table: 'account',
          id: '{{ input.to }}',
          data: { amount: '{{ taker.amount + input.amount }}' },
        },
        {
          function: 'add_record',
          table: 'entry',
          data: {
            code: '{{ input.code }}',
            giver_id: '{{ input.from }}',
            taker_id: '{{ input.to }}',
            amount: '{{ input.amount }}',
          },
          return_as: 'entry',
        },
      ],
    },
  ],
  response: '{{ entry.code }}',
};

const note = {
  input: { code: 'text' },
  stack: [{ function: 'add_record', table: 'entry', data: { code: '{{ input.code }}' }, return_as: 'entry' }],
  response: '{{ entry.code }}',
};

const entries = {
  input: { page: { type: 'int', default: 1 } },
  stack: [
    { function: 'query_records', table: 'entry', sort: ['id'], page: '{{ input.page }}', per_page: 1_000, return_as: 'entries' },
  ],
  response: '{{ entries }}',
};

const balances = {
  stack: [{ function: 'query_records', table: 'account', sort: ['id'], return_as: 'accounts' }],
  response: '{{ accounts }}',
};

const entryTable = {
  columns: {
    id: { type: 'int', primary: true },
    code: 'text',
    giver_id: { type: 'int', references: 'account', nullable: true },
    taker_id: { type: 'int', references: 'account', nullable: true },
    amount: { type: 'int', default: 0 },
  },
  indexes: [{ columns: ['code'], unique: true }],
};

const accountTable = { columns: { id: { type: 'int', primary: true }, amount: { type: 'int' } } };

/** The workspace's files by path. */
export const bankFiles: Readonly<Record<string, string>> = {
  'ashlar.jsonc': JSON.stringify({ name: 'bank', limits: { deadline_ms: deadlineMs } }),
  'tables/account.jsonc': JSON.stringify(accountTable),
  'tables/entry.jsonc': JSON.stringify(entryTable),
  'seeds/account.jsonl': Array.from({ length: accounts }, (_, index) =>
    JSON.stringify({ id: index + 1, amount: openingAmount }),
  ).join('\n'),
  'apis/bank/transfer.post.jsonc': JSON.stringify(transfer),
  'apis/bank/note.post.jsonc': JSON.stringify(note),
  'apis/bank/entries.get.jsonc': JSON.stringify(entries),
  'apis/bank/balances.get.jsonc': JSON.stringify(balances),
};

/** Writes it. */
export function writeBank(folder: string): void {
  for (const [path, text] of Object.entries(bankFiles)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

export interface Entry {
  readonly code: string;
  readonly giver_id: number | null;
  readonly taker_id: number | null;
  readonly amount: number;
}

/** Everything in the ledger. */
export async function readEntries(url: string): Promise<readonly Entry[]> {
  const all: Entry[] = [];
  for (let page: number | null = 1; page !== null; ) {
    const answer = await fetch(`${url}/api:bank/entries?page=${page}`);
    const read: { items: Entry[]; next_page: number | null } = JSON.parse(await answer.text());
    all.push(...read.items);
    page = read.next_page;
  }
  return all;
}

/** Amounts by account. */
export async function readBalances(url: string): Promise<ReadonlyMap<number, number>> {
  const answer = await fetch(`${url}/api:bank/balances`);
  const read: { id: number; amount: number }[] = JSON.parse(await answer.text());
  return new Map(read.map(({ id, amount }) => [id, amount]));
}

/** What each account must hold according to the ledger. */
export function balancesOf(ledger: readonly Entry[]): ReadonlyMap<number, number> {
  const balance = new Map(Array.from({ length: accounts }, (_, index) => [index + 1, openingAmount]));
  for (const { giver_id, taker_id, amount } of ledger) {
    if (giver_id === null || taker_id === null) continue;
    balance.set(giver_id, (balance.get(giver_id) ?? 0) - amount);
    balance.set(taker_id, (balance.get(taker_id) ?? 0) + amount);
  }
  return balance;
}
