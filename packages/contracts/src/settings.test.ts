// A setting is changed by its name and inside its bounds, or refused with the field named.
import { expect, it } from 'vitest';
import { consistentSettings, initialSettings, settingsUpdate } from './settings.ts';

const refusedAt = (body: unknown) => settingsUpdate.safeParse(body).error?.issues[0]?.path[0];

it('every setting starts inside its own bounds', () => {
  expect(consistentSettings.parse(initialSettings)).toEqual(initialSettings);
});

it('unknown names and values out of bounds are refused; null is the way back', () => {
  expect(settingsUpdate.safeParse({ logo: 'x' }).success).toBe(false);
  expect(refusedAt({ maxAttempts: 0 })).toBe('maxAttempts');
  expect(refusedAt({ newUserQuotaUsd: '-1' })).toBe('newUserQuotaUsd');
  expect(refusedAt({ siteName: '  ' })).toBe('siteName');
  expect(settingsUpdate.parse({ maxAttempts: null })).toEqual({ maxAttempts: null });
});

it('only zones of the IANA list are time zones: an offset knows no summer time', () => {
  for (const timeZone of ['Mars/Olympus', '+08:00', '']) expect(refusedAt({ timeZone })).toBe('timeZone');
  expect(settingsUpdate.safeParse({ timeZone: 'America/Santiago' }).success).toBe(true);
});
