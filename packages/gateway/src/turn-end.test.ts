// What is put off to the end of a turn is done then, all of it, in its order, and before the next turn.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { atTurnEnd } from './turn-end.ts';

it('writes wait for the end of the turn, and those that are put off there for the next', async () => {
  const said: string[] = [];
  const writes = (name: string, then?: () => void) => ({
    turnEnded: () => {
      said.push(name);
      then?.();
    },
  });
  const again = () => atTurnEnd(writes('again'));
  for (const name of ['a', 'b']) atTurnEnd(writes(name, name === 'a' ? again : undefined));
  await Promise.resolve();
  await new Promise<void>((resolve) => process.nextTick(resolve));
  expect(said).toEqual([]);
  await nextTurn();
  expect(said).toEqual(['a', 'b']);
  await nextTurn();
  expect(said).toEqual(['a', 'b', 'again']);
});
