/** Who uses a connection, and hears of what happens on it. */
import { ConnectionLost, type Operation } from './operation.ts';

/** Whoever sends on a connection, told of what happens on it. */
export interface ConnectionOwner {
  /**
   * Operations that changed nothing, in their order, to be sent again; `alone`: each under a Sync of its own, for one of them
   * brought the others down.
   */
  again(operations: readonly Operation[], alone: boolean): void;
  /** All that was sent is answered, or the socket takes more again. */
  ready(): void;
  /** The connection is of no use any more. Everything on it has its outcome, or was handed to `again`. */
  lost(): void;
}

/** Where there is no owner, what could be sent again fails. */
export const nobody: ConnectionOwner = {
  again: (operations) => {
    for (const operation of operations) operation.failed(new ConnectionLost('nobody sends it again'));
  },
  ready: () => {},
  lost: () => {},
};
