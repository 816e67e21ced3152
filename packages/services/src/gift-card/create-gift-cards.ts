// Makes one or many gift cards; the answer carries the codes, this once.
import type { createGiftCards as contract } from '@api-proxy/contracts/gift-cards';
import { giftCards } from '@api-proxy/db/schema/gift-cards';
import { newId } from '@api-proxy/kit/id';
import { requireActor } from '../authorise.ts';
import { change } from '../change.ts';
import { invalidInput } from '../failure.ts';
import { parsedUsd } from '../money-input.ts';
import type { Verb } from '../verb.ts';
import { codeHash, newCodeText } from './code-text.ts';

export const createGiftCards: Verb<typeof contract> = async (context, { body }) => {
  const actor = requireActor(context, 'admin');
  const { amountUsd, count, note } = body;
  const amount = parsedUsd(amountUsd);
  const now = new Date(context.clock.nowMs());
  const expiresAt = body.expiresAt === null ? null : new Date(body.expiresAt);
  if (expiresAt !== null && expiresAt <= now) throw invalidInput('body.expiresAt', 'must be in the future');
  const batchId = newId('gfb', now.getTime());
  const texts = Array.from({ length: count }, newCodeText);
  await change(context, async ({ tx, audit }) => {
    await tx.insert(giftCards).values(
      texts.map(({ normal, lastFour }) => ({
        id: newId('gft', now.getTime()),
        batchId,
        codeHash: codeHash(context.keyHasher, normal),
        lastFour,
        amount,
        expiresAt,
        note,
        createdBy: actor.userId,
        createdAt: now,
      })),
    );
    await audit({
      action: 'giftCard.create',
      entityKind: 'giftCard',
      entityId: batchId,
      before: null,
      after: { amountUsd, count, expiresAt: body.expiresAt, note },
    });
  });
  return {
    batchId,
    amountUsd,
    expiresAt: body.expiresAt,
    note,
    codes: texts.map(({ code }) => code),
  };
};
