// The bus in memory passes the contract.
import { silentLogger } from '@api-proxy/kit/logger';
import { describe } from 'vitest';
import { busContract } from './contract.ts';
import { memoryBus } from './memory.ts';

describe('bus in memory', () => {
  busContract(async () => memoryBus({ logger: silentLogger }));
});
