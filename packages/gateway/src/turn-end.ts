// Writes of one turn of the event loop, done together at its end.

/** Something with bytes to write. */
export type Writes = {
  /** Called once, when everything that came in this turn was handled. Must not throw. */
  turnEnded(): void;
};

let waiting: Writes[] = [];

/**
 * A write to a socket wakes whoever reads it, and costs most where the reader has just gone back to sleep: writes that
 * follow one another cost half of what the same writes between other work do (docs/decisions/0096).
 */
export function atTurnEnd(writes: Writes): void {
  if (waiting.length === 0) setImmediate(writeAll);
  waiting.push(writes);
}

function writeAll(): void {
  const ready = waiting;
  waiting = [];
  for (const writes of ready) writes.turnEnded();
}
