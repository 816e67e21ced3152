// Places in memory pass the contract.
import { describe } from 'vitest';
import { slotsContract } from './contract.ts';
import { memorySlots } from './memory.ts';

describe('places in memory', () => {
  slotsContract(async () => memorySlots());
});
