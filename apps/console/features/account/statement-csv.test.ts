// The statement as a file.
import type { LedgerEntry } from '@api-proxy/contracts/ledger';
import { expect, it } from 'vitest';
import { statementCsv } from './statement-csv.ts';

const entry = (id: string, extra: Partial<LedgerEntry> = {}): LedgerEntry => ({
  id,
  kind: 'charge',
  reference: `req_${id}`,
  requestId: `req_${id}`,
  amountUsd: '-0.000012345',
  balanceAfterUsd: '9.5',
  note: '',
  actorName: null,
  createdAt: '2026-11-01T00:00:00.000Z',
  ...extra,
});

it('every page is in the file, amounts as numbers to the last digit, notes as text that no spreadsheet runs', async () => {
  const asked: (string | undefined)[] = [];
  const csv = await statementCsv(async (cursor) => {
    asked.push(cursor);
    return cursor === undefined
      ? { items: [entry('2')], nextCursor: 'next' }
      : {
          items: [entry('1', { kind: 'grant', note: '=1+1, "so"', actorName: 'Ada' })],
          nextCursor: null,
        };
  });
  expect(asked).toEqual([undefined, 'next']);
  expect(csv.split('\r\n')).toEqual([
    '\ufefftime,kind,amount_usd,balance_after_usd,reference,note,by,id',
    '2026-11-01T00:00:00.000Z,charge,-0.000012345,9.5,req_2,,,2',
    `2026-11-01T00:00:00.000Z,grant,-0.000012345,9.5,req_1,"'=1+1, ""so""",Ada,1`,
    '',
  ]);
});
