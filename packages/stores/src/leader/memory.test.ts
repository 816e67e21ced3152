// The election of a worker that is alone keeps the contract.
import { describe } from 'vitest';
import { electionContract } from './contract.ts';
import { memoryElection } from './memory.ts';

describe('election in memory', () => {
  electionContract(async () => memoryElection());
});
