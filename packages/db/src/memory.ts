// A migrated database in this process's memory, for tests: PGlite without a socket.
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import type { Database } from './database.ts';
import { migrate, migrationHashes } from './migrate.ts';
import * as schema from './schema/all.ts';

export type MemoryDatabase = { db: Database; close(): Promise<void> };

const CACHE_FOLDER = fileURLToPath(new URL('../../../node_modules/.cache/api-proxy', import.meta.url));

/** Making a cluster takes seconds, unpacking a finished one a fraction: the first test leaves it for the others. */
function templateFile(): string {
  const engineFile = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  const facts = JSON.stringify([engineFile, ...migrationHashes()]);
  return `${CACHE_FOLDER}/memory-${createHash('sha256').update(facts).digest('hex').slice(0, 16)}.tar`;
}

function readTemplate(file: string): Blob | undefined {
  try {
    return new Blob([readFileSync(file)]);
  } catch {
    // Not made yet, or not readable: then it is made anew.
    return undefined;
  }
}

async function writeTemplate(engine: PGlite, file: string): Promise<void> {
  const dump = await engine.dumpDataDir('none');
  const draft = `${file}.${randomUUID()}`;
  mkdirSync(CACHE_FOLDER, { recursive: true });
  writeFileSync(draft, Buffer.from(await dump.arrayBuffer()));
  // Several test workers may get here at once: each renames a whole file.
  renameSync(draft, file);
}

/** Starts empty, with the whole schema and the coming days' partitions in place. */
export async function openMemoryDatabase(): Promise<MemoryDatabase> {
  const file = templateFile();
  const template = readTemplate(file);
  const engine = await (template ? PGlite.create({ loadDataDir: template }) : PGlite.create());
  const db: Database = drizzle(engine, { schema, casing: 'snake_case' });
  // On a template only the partitions of the coming days may be missing.
  await migrate(db);
  if (!template) await writeTemplate(engine, file);
  return { db, close: () => engine.close() };
}
