// Who may call: the first line of every verb.
import type { Role } from '@api-proxy/contracts/enums';
import type { Actor, Asked } from './context.ts';
import { forbidden, unauthenticated } from './failure.ts';

const RANK: Record<Role, number> = { user: 0, admin: 1, super_admin: 2 };

export function isAdmin(actor: Actor): boolean {
  return RANK[actor.role] >= RANK.admin;
}

/** The signed-in actor of at least `least`. @throws AppError `unauthenticated` (401) or `forbidden` (403). */
export function requireActor(context: Pick<Asked, 'actor'>, least: Role = 'user'): Actor {
  if (!context.actor) throw unauthenticated();
  if (RANK[context.actor.role] < RANK[least]) throw forbidden();
  return context.actor;
}
