// Moments read the same wherever they are computed.
import { describe, expect, it } from 'vitest';
import { denseTime, exactTime, relativeTime } from './when.ts';

const now = new Date('2026-11-23T18:45:02Z');

describe('relativeTime', () => {
  it.each([
    ['2026-11-23T18:44:50Z', '12 sec. ago'],
    ['2026-11-23T18:41:00Z', '4 min. ago'],
    ['2026-11-25T19:00:00Z', 'in 2 days'],
    ['2026-11-28T16:45:02Z', 'in 5 days'],
    ['2026-11-23T17:45:22Z', '1 hr. ago'],
    ['2026-11-23T17:46:02Z', '59 min. ago'],
    ['2026-11-24T18:15:02Z', 'tomorrow'],
    ['2026-10-24T18:45:02Z', 'last mo.'],
    ['2026-11-23T18:45:02Z', 'now'],
  ])('puts %s beside now', (at, text) => expect(relativeTime(new Date(at), now, 'en')).toBe(text));
  it('speaks Chinese', () =>
    expect(relativeTime(new Date('2026-11-23T18:42:00Z'), now, 'zh')).toBe('3分钟前'));
});

describe('exact forms', () => {
  it('names the zone', () => expect(exactTime(now, 'UTC')).toBe('2026-11-23 18:45:02 UTC'));
  it('is dense in columns', () => expect(denseTime(now, 'Asia/Shanghai')).toBe('11-24 02:45:02'));
});
