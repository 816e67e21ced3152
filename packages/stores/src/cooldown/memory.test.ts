// Cooldowns in memory pass the contract.
import { describe } from 'vitest';
import { cooldownsContract } from './contract.ts';
import { memoryCooldowns } from './memory.ts';

describe('cooldowns in memory', () => {
  cooldownsContract(async () => memoryCooldowns({ nowMs: Date.now }));
});
