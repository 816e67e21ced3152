// The file of new codes opens in a spreadsheet as it was meant, whatever the note says.
import { expect, it } from 'vitest';
import { codesCsv } from './codes-csv';

const CARDS = {
  batchId: 'gfb_1',
  amountUsd: '12.5',
  expiresAt: null,
  note: '',
  codes: ['AAAAA-BBBBB', 'CCCCC-DDDDD'],
};

it('has a head and a line per code, with CRLF and a byte order mark', () => {
  expect(codesCsv(CARDS)).toBe(
    '\ufeffcode,amount_usd,expires_at,note,batch\r\nAAAAA-BBBBB,12.5,,,gfb_1\r\nCCCCC-DDDDD,12.5,,,gfb_1\r\n',
  );
});

it('quotes commas, quotes and line breaks of a note', () => {
  expect(codesCsv({ ...CARDS, note: 'for "Ada", and\nBob' })).toContain(',"for ""Ada"", and\nBob",');
});

it.each(['=1+1', '+1', '-1', '@SUM(A1)'])('a note like %s stays text', (note) => {
  expect(codesCsv({ ...CARDS, note })).toContain(`,"'${note}",`);
});
