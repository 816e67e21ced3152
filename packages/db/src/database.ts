// The one type of a database handle: the same for the pg driver and for PGlite in a test's memory.
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type * as schema from './schema/all.ts';

export type Schema = typeof schema;

/** A handle that runs queries; a transaction is one too. */
export type Database = PgDatabase<PgQueryResultHKT, Schema>;

export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];
