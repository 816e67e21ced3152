// Devices are named so that their owner knows them.
import { describe, expect, it } from 'vitest';
import { browserOf } from './browser.ts';

describe('browserOf', () => {
  it.each([
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/140.0 Safari/537.36',
      'Chrome · macOS',
      false,
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Version/19 Mobile Safari/604',
      'Safari · iOS',
      true,
    ],
    ['Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/140 Safari/537 Edg/140', 'Edge · Windows', false],
  ])('knows %s', (agent, name, phone) => expect(browserOf(agent)).toEqual({ name, phone }));
  it('does not guess', () => expect(browserOf('').name).toBeNull());
});
