// Each row counts in the minute and dimensions that are its own.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { aPreparedRow } from '../testing/rows.ts';
import { rollUpMinutes } from './roll-up.ts';

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
      const counted = rollUpMinutes(changes.map((change) => aPreparedRow(change))).map(
        ({ bucket, user_id, key_id, channel_id, model, outcome, requests }) =>
          [JSON.stringify([bucket, user_id, key_id, channel_id, model, outcome]), requests] as const,
      );
      expect(new Map(counted)).toEqual(expected);
      expect(counted.length).toBe(expected.size);
    }),
  );
});
