// A secret is printed nowhere.
import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { createLogger } from './logger.ts';
import { Secret } from './secret.ts';

it('a secret never shows in strings, JSON, inspection or logs', () => {
  const secret = new Secret('sk-canary-123');
  const lines: string[] = [];
  const logger = createLogger({
    name: 'test',
    level: 'info',
    destination: { write: (line) => void lines.push(line) },
  });
  logger.info({ nested: { secret }, secret, password: 'sk-canary-123' }, `key ${secret}`);
  const shown = [`${secret}`, JSON.stringify({ secret }), inspect({ secret }), ...lines].join('\n');
  expect(shown).not.toContain('canary');
  expect(shown).toContain('[secret]');
  expect(secret.reveal()).toBe('sk-canary-123');
});
