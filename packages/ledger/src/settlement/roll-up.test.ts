// Hours made from a batch's minutes hold what its rows add up to.

import { HOUR_MS, MINUTE_MS } from '@api-proxy/kit/duration';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { aRow } from '../testing/rows.ts';
import { rollUpHours, rollUpMinutes } from './roll-up.ts';

const HOUR = Date.UTC(2026, 0, 2, 3);

it('minutes of one hour become one record with every sum; the next hour and other models stay apart', () => {
  const at = (startedAtMs: number, changes = {}) => aRow({ startedAtMs, costNanoUsd: 7n, ...changes });
  const minutes = rollUpMinutes([
    at(HOUR + HOUR_MS - 1, { firstByteMs: null }),
    at(HOUR + HOUR_MS),
    at(HOUR),
    at(HOUR + MINUTE_MS, { durationMs: 40 }),
    at(HOUR + MINUTE_MS, { modelAsked: 'other' }),
    at(HOUR, { probe: true }),
  ]);
  const hours = rollUpHours(minutes);
  const of = (bucketMs: number, model = 'gpt-test') =>
    hours.find(({ bucket, model: name }) => Date.parse(bucket) === bucketMs && name === model);

  expect(minutes.map(({ requests }) => requests)).toEqual([1, 1, 1, 1, 1]);
  expect(hours).toHaveLength(3);
  const hour = of(HOUR);
  expect(hour).toMatchObject({ requests: 3, cost: 21n, input_tokens: 30, cache_read_tokens: 6 });
  expect(hour).toMatchObject({ cache_write5m_tokens: 9, cache_write1h_tokens: 12, output_tokens: 15 });
  expect(hour).toMatchObject({ reasoning_tokens: 3, first_byte_count: 2, first_byte_ms_sum: 240 });
  expect(hour?.duration_ms_sum).toBe(901 + 901 + 40);
  expect(hour?.duration_histogram).toEqual([1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]);
  expect(hour?.first_byte_histogram).toEqual([0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  expect(of(HOUR + HOUR_MS)?.requests).toBe(1);
  expect(of(HOUR, 'other')?.requests).toBe(1);
});

it('whatever the order of the rows, each counts in its own group and in no other', () => {
  const row = fc.record({
    startedAtMs: fc.constantFrom(1_770_000_000_000, 1_770_000_059_999, 1_770_000_060_000),
    userId: fc.constantFrom('usr_1', 'usr_2'),
    keyId: fc.constantFrom('key_1', 'key_2'),
    channelId: fc.constantFrom('chn_1', null),
    modelAsked: fc.constantFrom('a', 'b'),
    outcome: fc.constantFrom('ok' as const, 'denied' as const),
    probe: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 60 }), (changes) => {
      const expected = new Map<string, number>();
      for (const { startedAtMs, userId, keyId, channelId, modelAsked, outcome, probe } of changes) {
        const minute = new Date(Math.floor(startedAtMs / 60_000) * 60_000).toISOString();
        const name = JSON.stringify([minute, userId, keyId, channelId ?? '', modelAsked, outcome]);
        if (!probe) expected.set(name, (expected.get(name) ?? 0) + 1);
      }
      const counted = rollUpMinutes(changes.map((change) => aRow(change))).map(
        ({ bucket, user_id, key_id, channel_id, model, outcome, requests }) =>
          [JSON.stringify([bucket, user_id, key_id, channel_id, model, outcome]), requests] as const,
      );
      expect(new Map(counted)).toEqual(expected);
      expect(counted.length).toBe(expected.size);
    }),
  );
});
