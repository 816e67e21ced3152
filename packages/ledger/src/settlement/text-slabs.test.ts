// Promise: texts side by side stay what they were, whatever comes after them.
import { expect, it } from 'vitest';
import { aRow } from '../testing/rows.ts';
import { jsonOf, linesOf } from './joined-texts.ts';
import { prepareRow, rowOfPrepared } from './prepared-row.ts';
import { TextSlabs } from './text-slabs.ts';

it('rows keep their texts while others are written, in the same slab and in the next ones', () => {
  const slabs = new TextSlabs();
  const texts = ['plain', 'é漢\u{1f600}', 'x'.repeat(100_000), '漢'.repeat(30_000), ''];
  const rows = Array.from({ length: 400 }, (_, index) =>
    aRow({ droppedFields: [texts[index % texts.length] ?? ''] }),
  );
  const prepared = rows.map((row) => prepareRow(row, { copies: true, slabs }));
  expect(new Set(prepared.map(({ slab }) => slab)).size).toBeGreaterThan(3);
  expect(new Set(prepared.map(({ slab }) => slab)).size).toBeLessThan(rows.length);
  for (const [index, row] of rows.entries()) {
    const one = prepared[index];
    const alone = prepareRow(row, { copies: true });
    if (!one) throw new Error('a row is missing');
    const { requestId, droppedFields } = row;
    expect(rowOfPrepared(one)).toMatchObject({ requestId, droppedFields });
    expect(linesOf([one])).toEqual(linesOf([alone]));
  }
});

it('of a batch they are one JSON list, and its lines for COPY one after the other', () => {
  const slabs = new TextSlabs();
  const rows = [aRow(), aRow({ userAgent: 'é\n' })];
  const prepared = rows.map((row) => prepareRow(row, { copies: true, slabs }));
  const listed: unknown = JSON.parse(jsonOf(prepared).toString());
  expect(listed).toEqual(prepared.map((row) => JSON.parse(jsonOf([row]).toString())[0]));
  expect(jsonOf([]).toString()).toBe('[]');
  expect(linesOf(prepared)?.toString().split('\n').length).toBe(rows.length + 1);
  expect(linesOf([...prepared, prepareRow(aRow(), { copies: false, slabs })])).toBeNull();
});
