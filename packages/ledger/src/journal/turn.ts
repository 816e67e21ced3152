// The end of an event-loop turn: work that is done once for all that came in it, and those that wait for it.
import { messageOf } from '@api-proxy/kit/error';
import type { Logger } from '@api-proxy/kit/logger';

export type Turn = {
  /** Has the work done when all events of this turn were handled. */
  use(): void;
  /** Calls `then` after the work of this turn; at once when there is none. */
  after(then: () => void): void;
  /** Ends the turn now: the work, then those that wait for it. */
  end(): void;
};

/** @param work must not throw. */
export function createTurn(work: () => void, logger: Logger): Turn {
  let armed: NodeJS.Immediate | undefined;
  let waiting: (() => void)[] = [];
  const end = (): void => {
    clearImmediate(armed);
    armed = undefined;
    work();
    // What these call may use the next turn.
    const ready = waiting;
    waiting = [];
    for (const then of ready) {
      try {
        then();
      } catch (error) {
        logger.error({ error: messageOf(error) }, 'what waited for the journal failed');
      }
    }
  };
  return {
    use() {
      armed ??= setImmediate(end);
    },
    after(then) {
      if (armed === undefined) then();
      else waiting.push(then);
    },
    end,
  };
}
