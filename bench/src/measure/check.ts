// When a cell counts: every answer right, every row there, every cost exact, nothing left open, every refusal met.
import { INPUT_TOKENS, JSON_OUTPUT_TOKENS } from '../load/answers.ts';
import type { LoadPart, PartResult } from '../load/plan.ts';
import type { Booked } from '../targets/books.ts';
import { costOf, FALLBACK_MODEL } from '../targets/target.ts';

export type Measured = { readonly part: LoadPart; readonly result: PartResult };

/** What is wrong with the answers; empty: nothing. */
export function answerProblems({ part, result }: Measured): string[] {
  const problems: string[] = [];
  const wrong = (count: number, what: string): void => {
    if (count > 0) problems.push(`${count} ${what} (${part.name})`);
  };
  wrong(result.wrongBytes, 'answers with other bytes');
  wrong(result.withoutEnd, 'answers without their end');
  wrong(result.broken, 'broken connections');
  wrong(result.unfinished, 'requests unfinished');
  for (const [status, count] of Object.entries(result.byStatus)) {
    const right = Number(status) === part.status;
    // The first request of a minute is inside the limit.
    const allowed = part.status === 429 && status === '200' && count <= 3;
    if (!right && !allowed) problems.push(`${count} × status ${status} (${part.name})`);
  }
  if (result.sent === 0) problems.push(`nothing was sent (${part.name})`);
  return problems;
}

/** What is wrong with a load that is to be refused first. @param refusedShare attempts that the upstream refused, per request */
export function refusalProblems(measured: readonly Measured[], refusedShare: number): string[] {
  const meets = measured.some(({ part }) => part.models.includes(FALLBACK_MODEL));
  return meets && refusedShare < 0.99 ? [`only ${refusedShare.toFixed(2)} refused attempts per request`] : [];
}

/** Rows that must be there: one per request whose key is somebody's. */
export function expectedRows(measured: readonly Measured[]): number {
  const known = measured.filter(({ part }) => part.status !== 401);
  return known.reduce((sum, { result }) => sum + result.sent, 0);
}

/** Null where clients leave: what they pay depends on when. */
export function expectedCost(measured: readonly Measured[]): bigint | null {
  let cost = 0n;
  for (const { part, result } of measured) {
    if (part.abortShare > 0) return null;
    const output = part.events > 0 ? part.events : JSON_OUTPUT_TOKENS;
    cost += BigInt(result.byStatus['200'] ?? 0) * costOf({ input: INPUT_TOKENS, output });
  }
  return cost;
}

/** What is wrong with the books; `usedMore` is by how much the users' budgets went up. */
export function bookProblems(
  measured: readonly Measured[],
  { booked, usedMore }: { booked: Booked; usedMore: bigint },
): string[] {
  const problems: string[] = [];
  const rows = expectedRows(measured);
  if (booked.rows !== rows) problems.push(`${booked.rows} rows for ${rows} requests`);
  const cost = expectedCost(measured);
  if (cost !== null && booked.cost !== cost) problems.push(`rows cost ${booked.cost} n$, expected ${cost}`);
  if (usedMore !== booked.cost) problems.push(`budgets went up by ${usedMore} n$, rows cost ${booked.cost}`);
  return problems;
}
