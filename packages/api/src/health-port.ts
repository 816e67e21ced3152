// What the running server tells about itself; the endpoints of health only render it.
import type { health } from '@api-proxy/contracts/health';
import type { z } from 'zod';

export type Health = z.infer<typeof health>;

export type HealthPort = {
  /** Whether the process answers at all. */
  live(): boolean;
  /** Whether requests may come: false while draining, or when a part that is needed fails. */
  ready(): Promise<{ ok: boolean; health: Health }>;
  /** All parts with versions, for people. */
  health(): Promise<Health>;
};
