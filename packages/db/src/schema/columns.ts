// Column builders that every table uses the same way: ids, instants, money, token counts.
import { bigint, text, timestamp } from 'drizzle-orm/pg-core';

/** A prefixed id (see kit/id) as primary key. */
export const id = () => text().primaryKey();

/** An instant, UTC, to the millisecond. */
export const instant = () => timestamp({ withTimezone: true, precision: 3, mode: 'date' });

export const createdAt = () => instant().notNull().defaultNow();

export const updatedAt = () => instant().notNull().defaultNow();

/** An amount of money in nano-USD. */
export const nanoUsd = () => bigint({ mode: 'bigint' });

/** A price in nano-USD per million tokens. */
export const nanoUsdPerMTok = () => bigint({ mode: 'bigint' });

/** A count of tokens, requests or milliseconds that may outgrow 32 bits when added up. */
export const count = () => bigint({ mode: 'number' });
