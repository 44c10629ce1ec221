/** Clients that write over HTTP, whatever happens to the server, and remember what they were answered. */
import { accounts, deadlineMs } from './bank.ts';

/** Codes of 4xx and 5xx answers that a client may get while something is killed; anything else is a defect. */
const expectedCodes: ReadonlySet<string> = new Set([
  'commit_unknown',
  'conflict',
  'database_unavailable',
  'deadline_exceeded',
  'not_ready',
  'statement_timeout',
]);
/** What the network says of a server that was killed. */
const networkMs = 2_000;

export interface Tally {
  /** Codes of entries whose write was answered with 2xx. */
  readonly answered: Set<string>;
  /** How often each code, or `no answer`, was seen. */
  readonly seen: Map<string, number>;
  /** Answers that should not be, and requests that took too long. */
  readonly defects: string[];
  /** Times of 2xx answers, by `performance.now()`: when the server was back. */
  lastSuccessAt: number;
  slowestMs: number;
}

/** Runs `count` writers until `stop` is called, which waits for their last answers. */
export function startWriters(url: string, count: number): { readonly tally: Tally; stop(): Promise<void> } {
  const tally: Tally = { answered: new Set(), seen: new Map(), defects: [], lastSuccessAt: 0, slowestMs: 0 };
  let running = true;
  const writers = Array.from({ length: count }, (_, writer) => write(url, writer, tally, () => running));
  return {
    tally,
    async stop() {
      running = false;
      await Promise.all(writers);
    },
  };
}

/** One writer: every fourth only adds entries, the others move amounts, some with a pause in the middle of the transaction. */
async function write(url: string, writer: number, tally: Tally, running: () => boolean): Promise<void> {
  for (let number = 0; running(); number++) {
    const code = `${writer}-${number}`;
    const body = writer % 4 === 0 ? { code } : transferBody(code, writer, number);
    const path = writer % 4 === 0 ? 'note' : 'transfer';
    // Every second writer sends the same entry again until it knows: its code can be in the ledger only once.
    const insists = writer % 2 === 1;
    for (let attempt = 0; ; attempt++) {
      const outcome = await post(`${url}/api:bank/${path}`, body, tally);
      if (outcome === 'there' || (attempt > 0 && outcome === 'unique_violation')) tally.answered.add(code);
      else if (outcome === 'unique_violation') tally.defects.push(`the entry ${code} was there before it was sent`);
      else {
        await new Promise((resolve) => setTimeout(resolve, 50));
        if (insists && running()) continue;
      }
      break;
    }
  }
}

function transferBody(code: string, writer: number, number: number): object {
  const from = 1 + ((writer * 7 + number) % accounts);
  const to = 1 + ((from + 1 + ((writer + number * 5) % (accounts - 2))) % accounts);
  return {
    code,
    from,
    to: to === from ? 1 + (from % accounts) : to,
    amount: 1 + (number % 9),
    pause_ms: writer % 4 === 3 ? 30 : 0,
  };
}

/** Sends one write; answers `there` for 2xx, else the code of the refusal, or `no answer`. */
async function post(url: string, body: object, tally: Tally): Promise<string> {
  const startedAt = performance.now();
  const outcome = await send(url, body, tally);
  const tookMs = performance.now() - startedAt;
  tally.slowestMs = Math.max(tally.slowestMs, tookMs);
  if (tookMs > deadlineMs + networkMs) tally.defects.push(`a request took ${Math.round(tookMs)} ms and ended with ${outcome}`);
  if (outcome === 'there') tally.lastSuccessAt = performance.now();
  tally.seen.set(outcome, (tally.seen.get(outcome) ?? 0) + 1);
  return outcome;
}

async function send(url: string, body: object, tally: Tally): Promise<string> {
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(3 * (deadlineMs + networkMs)),
    });
    text = await answer.text();
  } catch {
    return 'no answer';
  }
  if (answer.ok) return 'there';
  const { code, status }: { code?: string; status?: number } = JSON.parse(text);
  if (code === 'unique_violation') return code;
  if (code === undefined || !expectedCodes.has(code)) tally.defects.push(`${answer.status} ${text}`);
  if (status !== answer.status) tally.defects.push(`the status is ${answer.status}, the document says ${status}`);
  if (answer.status === 503 && answer.headers.get('retry-after') === null) tally.defects.push(`503 without Retry-After: ${text}`);
  return code ?? String(answer.status);
}
