// Keeps the second core from going to sleep: on virtual machines waking it costs the waker tens of µs per write.
import process from 'node:process';
import { sendToParent } from './messages.ts';
import { setSessionShare } from './session-share.ts';

/** Its session's share beside those of others, as a nice value. */
const LEAST_OF_SESSIONS = 19;
/** Long enough to count as busy, short enough to hear the parent leave. */
const SPIN_MS = 20;

function spin(): void {
  const until = performance.now() + SPIN_MS;
  while (performance.now() < until);
  setImmediate(spin);
}

setSessionShare(LEAST_OF_SESSIONS);
process.on('disconnect', () => process.exit(0));
sendToParent({ ready: {} });
spin();
