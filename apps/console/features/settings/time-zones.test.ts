// A zone is found by its city, its continent or its difference to UTC.
import { expect, it } from 'vitest';
import { allZones, matchingZones, offsetOf } from './time-zones.ts';

const SUMMER = new Date('2026-07-01T12:00:00Z');

it('finds by city with a space, by part of a name and by offset', () => {
  const zones = allZones(SUMMER);
  const names = (search: string) => matchingZones(zones, search).map(({ name }) => name);
  expect(names('new york')).toEqual(['America/New_York']);
  expect(names('shang')).toEqual(['Asia/Shanghai']);
  expect(names('asia utc+8')).toContain('Asia/Shanghai');
  expect(names('nowhere')).toEqual([]);
  expect(names('')[0]).toBe('UTC');
});

it('tells the difference that holds on that day', () => {
  expect(offsetOf('Europe/Berlin', SUMMER)).toBe('UTC+2');
  expect(offsetOf('Europe/Berlin', new Date('2026-01-01T12:00:00Z'))).toBe('UTC+1');
  expect(offsetOf('Mars/Olympus', SUMMER)).toBe('');
});
