// Who may change whom: the rules on roles that every change of a user obeys.
import type { Role } from '@api-proxy/contracts/enums';
import type { Transaction } from '@api-proxy/db/database';
import { users } from '@api-proxy/db/schema/users';
import { AppError } from '@api-proxy/kit/error';
import { and, asc, eq } from 'drizzle-orm';
import type { Actor } from '../context.ts';
import { forbidden, notFound } from '../failure.ts';
import { findUser, type UserRow } from './user-view.ts';

/** An admin can't touch a super admin. */
export function mayTouch(actor: Actor, target: Role): void {
  if (target === 'super_admin' && actor.role !== 'super_admin') {
    throw forbidden('Only a super admin can change a super admin.');
  }
}

/** An admin can't make a super admin. */
export function mayGrant(actor: Actor, role: Role | undefined): void {
  if (role === 'super_admin' && actor.role !== 'super_admin') {
    throw forbidden('Only a super admin can make a super admin.');
  }
}

/** Locks the user until the transaction ends. @throws AppError `not_found`, or `forbidden` for a super admin. */
export async function lockUser(tx: Transaction, actor: Actor, userId: string): Promise<UserRow> {
  await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('update');
  const row = await findUser(tx, eq(users.id, userId));
  if (!row) throw notFound('user');
  mayTouch(actor, row.user.role);
  return row;
}

/**
 * Locks every active super admin, in one order, before anything else of the transaction: two changes at once then
 * can't remove the last two together, nor block each other for good.
 * @returns how many there are besides `userId`.
 */
export async function lockOtherSuperAdmins(tx: Transaction, userId: string): Promise<number> {
  const rows = await tx
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.role, 'super_admin'), eq(users.status, 'active')))
    .orderBy(asc(users.id))
    .for('update');
  return rows.filter(({ id }) => id !== userId).length;
}

export function lastSuperAdmin(): AppError {
  return new AppError({
    code: 'last_super_admin',
    status: 409,
    message: 'This is the last active super admin: make another one first.',
  });
}
