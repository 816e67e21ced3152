// What a journal guarantees to the process that writes it, and to the one that reads it after a crash.
import { appendFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { prepareRow } from '../settlement/prepared-row.ts';
import type { SettlementRow } from '../settlement/settlement-row.ts';
import {
  createFolders,
  killOwner,
  moveIntoClaims,
  opening,
  read,
  segmentPaths,
  written,
} from '../testing/journals.ts';
import { aPreparedRow, aRow } from '../testing/rows.ts';
import { closeStretch, entryOf, openText, voidText } from './entry.ts';
import { isAbandoned } from './owner.ts';
import { claimAbandoned } from './takeover.ts';

const folders = createFolders();
afterEach(() => folders.removeAll());

describe('journal', () => {
  it('a row comes back as the log has it: money, texts in any script, absent and null fields', () => {
    const row = aRow({
      costNanoUsd: 9_007_199_254_740_993n,
      operatorLossNanoUsd: 3n,
      errorText: 'naïve 漢字 \u{1f600} "\n',
      upstreamRequestId: null,
      serverTools: { web_search: 2 },
      attempts: [
        {
          ...{ channelId: 'chn_1', channelKeyId: 'chk_1', upstreamModel: 'm', status: null },
          ...{ outcome: 'failed', reason: 'connect', startedAtMs: 5, durationMs: 7.25 },
        },
      ],
      planId: 'pln_1',
      decision: [{ channelId: 'chn_1', kept: true, reason: 'candidate' }],
      droppedFields: ['a', 'b'],
      probe: false,
    });
    const again = (written: SettlementRow) => {
      const { before, bytes, start, end, after } = closeStretch(prepareRow(written, { copies: false }));
      return entryOf(`${before}${bytes.toString('utf8', start, end)}${after}`);
    };
    const whole = { firstByteMs: 120, durationMs: 901 };
    expect(again(row)).toEqual({ kind: 'close', row: { ...row, ...whole } });
    const plain = aRow();
    const absent = {
      ...{ serverTools: null, operatorLossNanoUsd: 0n, upstreamRequestId: null, planId: null, probe: false },
    };
    expect(again(plain)).toEqual({ kind: 'close', row: { ...plain, ...whole, ...absent } });
    const request = opening('req_o');
    expect(entryOf(openText(request))).toEqual({ kind: 'open', request });
    expect(entryOf(voidText('req_v'))).toEqual({ kind: 'void', requestId: 'req_v' });
  });

  it('what a journal of earlier versions says is still read: objects with absent fields left out', () => {
    const row = aRow({ costNanoUsd: 5n });
    const text = JSON.stringify({ c: { ...row, costNanoUsd: '5' } });
    expect(entryOf(text)).toEqual({ kind: 'close', row });
    const lossy = JSON.stringify({ c: { ...row, costNanoUsd: '5', operatorLossNanoUsd: '7' } });
    expect(entryOf(lossy)).toEqual({ kind: 'close', row: { ...row, operatorLossNanoUsd: 7n } });
    const request = opening('req_o');
    const opened = JSON.stringify({ o: { ...request, upperBoundNanoUsd: '5000' } });
    expect(entryOf(opened)).toEqual({ kind: 'open', request });
  });

  it('what was said is in the file when it says so, for rows larger than the buffer too', async () => {
    const dir = folders.make();
    const journal = folders.journal(dir);
    journal.open(opening('a'));
    const reason = 'é'.repeat(100_000);
    journal.close(aPreparedRow({ requestId: 'a', decision: [{ channelId: 'chn_1', kept: true, reason }] }));
    journal.open(opening('b'));
    await written(journal);
    expect(read(join(dir, 'wrk_a')).said).toEqual(['open a', 'close a', 'open b']);
    journal.release('b');
    await written(journal);
    expect(read(join(dir, 'wrk_a'))).toEqual({ said: ['open a', 'close a', 'open b', 'void b'], damaged: 0 });
  });

  it('a record torn at any byte costs only itself', async () => {
    const dir = folders.make();
    const journal = folders.journal(dir);
    journal.open(opening('a'));
    await written(journal);
    const [path = ''] = segmentPaths(dir);
    const whole = readFileSync(path).length;
    journal.close(aPreparedRow({ requestId: 'a' }));
    await written(journal);
    const bytes = readFileSync(path);
    for (const length of [whole + 1, whole + 5, whole + 11, whole + 12, whole + 40, bytes.length - 1]) {
      writeFileSync(path, bytes);
      truncateSync(path, length);
      expect(read(join(dir, 'wrk_a'))).toEqual({ said: ['open a'], damaged: 1 });
    }
  });

  it('a flipped bit in any part of a record costs only that record', async () => {
    const dir = folders.make();
    const journal = folders.journal(dir);
    journal.open(opening('a'));
    await written(journal);
    const [path = ''] = segmentPaths(dir);
    const start = readFileSync(path).length;
    journal.open(opening('b'));
    journal.open(opening('c'));
    await written(journal);
    const bytes = readFileSync(path);
    for (const at of [0, 2, 4, 6, 7, 8, 11, 12, 60]) {
      const broken = Buffer.from(bytes);
      broken[start + at] = (broken[start + at] ?? 0) ^ 0x41;
      writeFileSync(path, broken);
      expect(read(join(dir, 'wrk_a'))).toEqual({ said: ['open a', 'open c'], damaged: 1 });
    }
    appendFileSync(path, bytes);
    expect(read(join(dir, 'wrk_a')).said).toEqual(['open a', 'open c', 'open a', 'open b', 'open c']);
  });

  it('a file is deleted once every request in it is settled, and not before', async () => {
    const dir = folders.make();
    const journal = folders.journal(dir, { segmentBytes: 800 });
    const ids = Array.from({ length: 30 }, (_, index) => `r${index}`);
    for (const id of ids) {
      journal.open(opening(id));
      await written(journal);
      journal.close(aPreparedRow({ requestId: id }));
      await written(journal);
    }
    const before = segmentPaths(dir);
    expect(before.length).toBeGreaterThan(10);
    journal.committed(ids.slice(1));
    expect(segmentPaths(dir)).toEqual([before[0]]);
    expect(read(join(dir, 'wrk_a')).said.slice(0, 2)).toEqual(['open r0', 'close r0']);
    expect(journal.stats()).toMatchObject({ needed: 1, segments: 1, faults: 0 });
    journal.committed(['r0']);
    expect(segmentPaths(dir)).toEqual([]);
    expect(journal.stats()).toMatchObject({ needed: 0, bytes: 0 });
    journal.open(opening('again'));
    await written(journal);
    expect(read(join(dir, 'wrk_a')).said).toEqual(['open again']);
  });

  it('a request that stays open for long keeps no old files alive, and is never missing from them', async () => {
    const dir = folders.make();
    const journal = folders.journal(dir, { segmentBytes: 2_000 });
    journal.open(opening('long'));
    for (let index = 0; index < 200; index++) {
      journal.open(opening(`r${index}`));
      journal.close(aPreparedRow({ requestId: `r${index}` }));
      await written(journal);
      journal.committed([`r${index}`]);
      expect(read(join(dir, 'wrk_a')).said).toContain('open long');
    }
    expect(segmentPaths(dir).length).toBeLessThan(7);
    journal.close(aPreparedRow({ requestId: 'long' }));
    journal.committed(['long']);
    expect(journal.stats()).toMatchObject({ needed: 0, faults: 0 });
  });

  it('a request that was given back is never found open, whichever of its files is done with first', async () => {
    const dir = folders.make();
    const journal = folders.journal(dir, { segmentBytes: 2_000 });
    journal.open(opening('long'));
    journal.open(opening('back'));
    await written(journal);
    const [first] = segmentPaths(dir);
    const fill = async (from: number): Promise<string[]> => {
      const ids = [0, 1, 2, 3].map((index) => `r${from + index}`);
      for (const id of ids) {
        journal.close(aPreparedRow({ requestId: id }));
        await written(journal);
      }
      return ids;
    };
    const around = await fill(0);
    journal.release('back');
    await written(journal);
    around.push(...(await fill(4)));
    journal.committed(around);
    expect(segmentPaths(dir)[0]).toBe(first);
    expect(read(join(dir, 'wrk_a')).said.slice(0, 2)).toEqual(['open long', 'open back']);
    expect(read(join(dir, 'wrk_a')).said).toContain('void back');
    journal.close(aPreparedRow({ requestId: 'long' }));
    await written(journal);
    journal.committed(['long']);
    expect(segmentPaths(dir)).toEqual([]);
    expect(journal.stats()).toMatchObject({ needed: 0, bytes: 0 });
  });

  it('at its cap it is full, rows that wait for the end of the turn included; once rows are booked it is not', async () => {
    const journal = folders.journal(folders.make(), { segmentBytes: 2_000, capBytes: 10_000 });
    const ids: string[] = [];
    while (!journal.full()) {
      ids.push(`r${ids.length}`);
      journal.close(aPreparedRow({ requestId: `r${ids.length - 1}` }));
    }
    expect(journal.stats().bytes).toBeGreaterThanOrEqual(10_000);
    expect(ids.length).toBeGreaterThan(5);
    await written(journal);
    expect(journal.full()).toBe(true);
    journal.committed(ids);
    expect(journal.full()).toBe(false);
  });

  it.each(['batch', 'always'] as const)('with fsync %s it says the same', async (fsync) => {
    const dir = folders.make();
    const journal = folders.journal(dir, { fsync, segmentBytes: 1_000 });
    const ids = Array.from({ length: 20 }, (_, index) => `r${index}`);
    for (const id of ids) {
      journal.close(aPreparedRow({ requestId: id }));
      await written(journal);
    }
    expect(read(join(dir, 'wrk_a')).said).toEqual(ids.map((id) => `close ${id}`));
    await new Promise((resolve) => setImmediate(resolve));
    journal.committed(ids);
    journal.shut();
    expect(journal.stats()).toMatchObject({ faults: 0 });
    expect(existsSync(join(dir, 'wrk_a'))).toBe(false);
  });
});

describe('takeover', () => {
  it('takes the folders of dead workers, with what those had taken, and leaves living ones alone', async () => {
    const dir = folders.make();
    for (const workerId of ['wrk_a', 'wrk_b', 'wrk_c', 'wrk_d']) {
      const journal = folders.journal(dir, { workerId });
      journal.open(opening(workerId));
      await written(journal);
    }
    killOwner(dir, 'wrk_a');
    killOwner(dir, 'wrk_b');
    moveIntoClaims(dir, 'wrk_b', 'wrk_a');
    const claims = { dir, workerId: 'wrk_d', nowMs: Date.now() };
    const [first, ...others] = claimAbandoned(claims);
    expect(others).toEqual([]);
    expect(first?.workerId).toBe('wrk_a');
    expect(read(first?.path ?? '').said).toEqual(['open wrk_a', 'open wrk_b']);
    expect(claimAbandoned(claims)).toEqual([first]);
    expect(claimAbandoned({ ...claims, workerId: 'wrk_c' })).toEqual([]);
    expect(read(join(dir, 'wrk_c')).said).toEqual(['open wrk_c']);
  });

  it('a worker that closed with rows left leaves its folder to anyone at once, with what it had not written', () => {
    const dir = folders.make();
    const journal = folders.journal(dir);
    journal.close(aPreparedRow({ requestId: 'left' }));
    expect(isAbandoned(join(dir, 'wrk_a'), Date.now())).toBe(false);
    journal.shut();
    const [claimed] = claimAbandoned({ dir, workerId: 'wrk_b', nowMs: Date.now() });
    expect(read(claimed?.path ?? '').said).toEqual(['close left']);
  });

  it('a process id that came again is not the worker that had it', () => {
    const dir = folders.make();
    folders.journal(dir);
    const path = join(dir, 'wrk_a', 'owner');
    const [host, pid, birth] = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, [host, pid, `${birth}0`].join('\n'));
    expect(isAbandoned(join(dir, 'wrk_a'), Date.now())).toBe(true);
  });

  it('a worker of another host counts as dead only after a minute of silence', () => {
    const dir = folders.make();
    folders.journal(dir);
    writeFileSync(join(dir, 'wrk_a', 'owner'), 'elsewhere\n1\n');
    expect(isAbandoned(join(dir, 'wrk_a'), Date.now() + 50_000)).toBe(false);
    expect(isAbandoned(join(dir, 'wrk_a'), Date.now() + 70_000)).toBe(true);
  });
});
