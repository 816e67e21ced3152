// One of the workers leads: it does the work that must be done once.

/** `unknown`: who leads can't be told now, as the shared store is away; this worker was not the last to lead for sure. */
export type Standing = 'leader' | 'follower' | 'unknown';

export type Election = {
  /** Answered at once from what is known. `leader` only while nobody else can be. */
  standing(): Standing;
  /** Gives the lead back, so that another takes over soon. Never rejects. */
  close(): Promise<void>;
};

/** A lead that is not renewed ends after this time. */
export const LEASE_MS = 15_000;
/** How often the leader renews and the others try: a dead leader is replaced within a lease and one of these. */
export const ROUND_MS = 5_000;
