// What the product has written down: rows, their cost, and what the users' budgets say.
import pg from 'pg';

export type Booked = {
  readonly rows: number;
  /** Sum over the rows, nano-USD. */
  readonly cost: bigint;
  readonly firstMs: number;
  readonly lastMs: number;
};

export type Books = {
  /** Rows of requests that began at this time or later. */
  since(startMs: number): Promise<Booked>;
  /** Sum of what all users have used of their quota, nano-USD. */
  used(): Promise<bigint>;
  close(): Promise<void>;
};

type Row = { rows: string; cost: string; first_ms: string | null; last_ms: string | null };

export async function openBooks(config: pg.ClientConfig): Promise<Books> {
  const client = new pg.Client(config);
  // A database that ends before its reader is the end of a target, not a failure of the bench.
  client.on('error', () => {});
  await client.connect();
  return {
    since: async (startMs) => {
      const { rows } = await client.query<Row>(
        `select count(*) as rows, coalesce(sum(cost), 0)::text as cost,
           extract(epoch from min(started_at)) * 1000 as first_ms,
           extract(epoch from max(started_at)) * 1000 as last_ms
         from request_log where started_at >= to_timestamp($1::double precision / 1000)`,
        [startMs],
      );
      const [row] = rows;
      return {
        rows: Number(row?.rows ?? 0),
        cost: BigInt(row?.cost ?? 0),
        firstMs: Number(row?.first_ms ?? 0),
        lastMs: Number(row?.last_ms ?? 0),
      };
    },
    used: async () => {
      const { rows } = await client.query<{ used: string }>(USED);
      return BigInt(rows[0]?.used ?? 0);
    },
    close: () => client.end(),
  };
}

const USED = `select coalesce(sum(used), 0)::text as used 
  from budgets where owner_kind = 'user' and span = 'balance'`;
