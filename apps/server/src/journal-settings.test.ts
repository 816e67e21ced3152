// What the journal is told of the environment.
import { expect, it } from 'vitest';
import { journalOf } from './journal-settings.ts';

const settings = { role: 'all', dataDir: '/srv/.data', journalCapBytes: 2 ** 30 } as const;

it.each(['never', 'batch', 'always'] as const)('its fsync policy: %s', (journalFsync) => {
  const { journalDir, journal } = journalOf({ ...settings, journalFsync });
  expect(journalDir).toBe('/srv/.data/journal');
  expect(journal).toMatchObject({ capBytes: 2 ** 30, fsync: journalFsync });
});

it('a small cap gets small files, and a console instance no journal', () => {
  const small = journalOf({ ...settings, journalCapBytes: 2 ** 20, journalFsync: 'never' });
  expect(small.journal?.segmentBytes).toBeLessThanOrEqual(2 ** 18);
  expect(journalOf({ ...settings, role: 'console', journalFsync: 'always' })).toEqual({});
});
