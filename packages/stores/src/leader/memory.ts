// The election of a worker that is alone.
import type { Election } from './port.ts';

export function memoryElection(): Election {
  let open = true;
  return {
    standing: () => (open ? 'leader' : 'follower'),
    close: async () => {
      open = false;
    },
  };
}
