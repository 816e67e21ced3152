// When the journal writes: once a turn, before those that wait for it; and what becomes of records that the disk refuses.
import fs, { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createFolders, moveIntoClaims, opening, read, segmentPaths, written } from '../testing/journals.ts';
import { aPreparedRow } from '../testing/rows.ts';

const folders = createFolders();
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  syncBuiltinESMExports();
  folders.removeAll();
});

/** Counts the writes of all files; with `room`, the disk takes that many bytes more and then no byte. */
function watchWrites(room = Number.POSITIVE_INFINITY): { readonly writes: number } {
  const seen = { writes: 0 };
  const { writeSync } = fs;
  let left = room;
  vi.spyOn(fs, 'writeSync').mockImplementation((fd, data, from) => {
    seen.writes++;
    if (!Buffer.isBuffer(data) || typeof from !== 'number') throw new Error('the journal writes bytes');
    const length = Math.min(left, data.byteLength - from);
    if (length === 0) throw new Error('ENOSPC');
    left -= length;
    return writeSync(fd, data, from, length);
  });
  syncBuiltinESMExports();
  return seen;
}

describe('writing', () => {
  it('all records of a turn are one write, in the order in which they were said', async () => {
    const dir = folders.make();
    const journal = folders.journal(dir);
    const seen = watchWrites();
    for (const id of ['a', 'b', 'c']) journal.open(opening(id));
    queueMicrotask(() => journal.close(aPreparedRow({ requestId: 'b' })));
    process.nextTick(() => journal.close(aPreparedRow({ requestId: 'a' })));
    await written(journal);
    expect(seen.writes).toBe(1);
    expect([...read(join(dir, 'wrk_a')).said].sort()).toEqual([
      'close a',
      'close b',
      'open a',
      'open b',
      'open c',
    ]);
    expect(read(join(dir, 'wrk_a')).said.slice(0, 3)).toEqual(['open a', 'open b', 'open c']);
    journal.close(aPreparedRow({ requestId: 'c' }));
    await written(journal);
    expect(seen.writes).toBe(2);
    journal.whenWritten(() => journal.committed(['a']));
    expect(journal.stats()).toMatchObject({ needed: 2, faults: 0 });
  });

  it('of a request that is given back, or booked, in the turn in which it came, nothing is written', async () => {
    const dir = folders.make();
    const journal = folders.journal(dir);
    const seen = watchWrites();
    journal.open(opening('a'));
    journal.release('a');
    journal.open(opening('b'));
    journal.close(aPreparedRow({ requestId: 'b' }));
    journal.committed(['b']);
    expect(journal.stats()).toMatchObject({ needed: 0, bytes: 0 });
    await written(journal);
    expect(seen.writes).toBe(0);
  });

  it('who waits for the writing is called though another of them fails, also by the end of the journal', () => {
    const dir = folders.make();
    const journal = folders.journal(dir);
    const said: string[][] = [];
    journal.close(aPreparedRow({ requestId: 'a' }));
    journal.whenWritten(() => {
      throw new Error('not my day');
    });
    journal.whenWritten(() => said.push(read(join(dir, 'wrk_a')).said));
    expect(said).toEqual([]);
    journal.shut();
    expect(said).toEqual([['close a']]);
  });

  it('a disk that takes nothing is borne by the turn that finds out; then open tells it, and the journal is full for a while', async () => {
    const dir = folders.make();
    const journal = folders.journal(dir);
    rmSync(join(dir, 'wrk_a'), { recursive: true });
    journal.open(opening('unnoticed'));
    journal.close(aPreparedRow({ requestId: 'row' }));
    expect(journal.full()).toBe(false);
    await written(journal);
    expect(journal.full()).toBe(true);
    expect(() => journal.open(opening('refused'))).toThrow('ENOENT');
    expect(journal.stats()).toMatchObject({ faults: 2, needed: 2 });
    mkdirSync(join(dir, 'wrk_a'));
    journal.open(opening('b'));
    expect(read(join(dir, 'wrk_a')).said).toEqual(['open unnoticed', 'close row', 'open b']);
    journal.committed(['unnoticed', 'row', 'b']);
    expect(journal.stats()).toMatchObject({ faults: 2, needed: 0 });
  });

  it('what the disk refused is written with the next sign of life, when nothing else comes', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const dir = folders.make();
    const journal = folders.journal(dir);
    watchWrites(0);
    journal.close(aPreparedRow({ requestId: 'a' }));
    await written(journal);
    vi.restoreAllMocks();
    syncBuiltinESMExports();
    expect(read(join(dir, 'wrk_a')).said).toEqual([]);
    vi.advanceTimersByTime(5_000);
    expect(read(join(dir, 'wrk_a')).said).toEqual(['close a']);
    journal.committed(['a']);
    expect(journal.stats()).toMatchObject({ needed: 0, faults: 1 });
  });

  it('a journal whose folder was taken away goes on in a new one, with what was not written', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const dir = folders.make();
    const journal = folders.journal(dir);
    journal.open(opening('taken'));
    await written(journal);
    moveIntoClaims(dir, 'wrk_a', 'wrk_b');
    journal.open(opening('waits'));
    vi.advanceTimersByTime(5_000);
    expect(read(join(dir, 'wrk_b', 'claimed', 'wrk_a')).said).toEqual(['open taken']);
    expect(read(join(dir, 'wrk_a')).said).toEqual(['open waits']);
    expect(journal.stats()).toMatchObject({ needed: 1 });
  });

  it('of a batch that a full disk cuts, what it took counts and the rest is written once there is room', async () => {
    const dir = folders.make();
    const journal = folders.journal(dir);
    journal.open(opening('a'));
    await written(journal);
    const [path = ''] = segmentPaths(dir);
    const one = readFileSync(path).length;
    watchWrites(2 * one + 40);
    for (const id of ['b', 'c', 'd', 'e']) journal.open(opening(id));
    await written(journal);
    expect(journal.full()).toBe(true);
    expect(read(join(dir, 'wrk_a'))).toEqual({ said: ['open a', 'open b', 'open c'], damaged: 1 });
    expect(readFileSync(path).length).toBe(3 * one + 40);
    vi.restoreAllMocks();
    syncBuiltinESMExports();
    journal.committed(['d']);
    journal.close(aPreparedRow({ requestId: 'a' }));
    await written(journal);
    const said = ['open a', 'open b', 'open c', 'open e', 'close a'];
    expect(read(join(dir, 'wrk_a'))).toEqual({ said, damaged: 1 });
    journal.committed(['a', 'b', 'c']);
    expect(existsSync(path)).toBe(false);
    expect(journal.stats()).toMatchObject({ needed: 1, segments: 1, faults: 1 });
  });
});
