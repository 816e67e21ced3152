// `db:pg:migrate` and `db:pg:init`: bring the database of DATABASE_URL to this program's schema.
import pg from 'pg';
import { migrate } from './migrate.ts';
import { openDatabase } from './open.ts';

const USAGE = 'usage: cli.ts migrate | init   (DATABASE_URL names the database)';

function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

/** Creates the database that the URL names when the server lacks it. */
async function createDatabase(url: string): Promise<void> {
  const target = new URL(url);
  const name = decodeURIComponent(target.pathname.slice(1));
  target.pathname = '/postgres';
  const client = new pg.Client({ connectionString: target.href });
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (found.rowCount === 0) await client.query(`create database ${quoted(name)}`);
  } finally {
    await client.end();
  }
}

async function main(command: string | undefined, url: string | undefined): Promise<number> {
  if (command !== 'migrate' && command !== 'init') {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  if (!url) {
    process.stderr.write(
      'DATABASE_URL is not set: it must name a PostgreSQL database (the embedded one migrates itself at start)\n',
    );
    return 2;
  }
  if (command === 'init') await createDatabase(url);
  const database = openDatabase({ url, poolSize: 1, applicationName: 'api-proxy migrate' });
  try {
    const applied = await migrate(database.db);
    process.stdout.write(applied === 0 ? 'schema is up to date\n' : `${applied} migration(s) applied\n`);
    return 0;
  } finally {
    await database.close();
  }
}

main(process.argv[2], process.env.DATABASE_URL).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`migration failed: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
