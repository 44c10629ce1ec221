/** A request and its response as the stations see them, whoever reads the bytes: node:http, or the reader of plain requests. */
import type { IncomingHttpHeaders } from 'node:http';
import type { AshlarError } from '@ashlar/engine';
import type { Soon } from './soon.ts';

/** What came. */
export interface GatewayRequest {
  readonly method: string;
  /** The request's target, as sent. */
  readonly url: string;
  /** As node gives them: names in lower case, what came more than once joined. */
  readonly headers: IncomingHttpHeaders;
  /** All of its bytes have come. */
  readonly complete: boolean;
  /** Why it is refused before anything of it is looked at, since others on its way may have read it as another one; null for nothing. */
  readonly flaw: AshlarError | null;
  /** The body's bytes. Throws or rejects with `body_too_large` as soon as there are more than the limit, with `cancelled` when the client goes away. */
  readBody(limitBytes: number): Soon<Buffer>;
  /** Throws away what is still to come, so that the client can read its answer; the connection is cut when that lasts for too long. */
  discard(longestMs: number): void;
}

/** What leaves. */
export interface GatewayResponse {
  /** Nothing can be sent any more. */
  readonly destroyed: boolean;
  /** An answer was handed over to be sent. */
  readonly headersSent: boolean;
  /** All of it has left. */
  readonly finished: boolean;
  /** Tells a client that waits for it that its body will be read. */
  writeContinue(): void;
  /**
   * Sends the answer, with the headers that HTTP itself asks for. `Connection: close` among the headers ends the connection with it.
   * Throws for names and values that no header may have.
   * @param headers flat list of names and values
   * @param body null for none
   * @param encoding how a text becomes bytes
   */
  send(status: number, headers: readonly string[], body: string | Uint8Array | null, encoding: 'latin1' | 'utf8'): void;
  /** Cuts the connection. */
  destroy(): void;
}
