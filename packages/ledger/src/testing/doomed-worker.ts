// A worker under load that notes each step in a file once the journal has it, until it is killed: `o id` admitted,
// `s id cost` settled. Says on standard output when the first has settled.
// Arguments: folder of the journals, worker id, that file, database URL (empty: the database is away all the time).
import { openSync, writeSync } from 'node:fs';
import { openDatabase } from '@api-proxy/db/open';
import { systemClock } from '@api-proxy/kit/clock';
import { silentLogger } from '@api-proxy/kit/logger';
import { createLedger, type Ledger } from '../ledger.ts';
import { aRow } from './rows.ts';

const NOBODY_LISTENS = 'postgres://nobody@127.0.0.1:1/none';
const UNDER_WAY = 12;
const COST = 700n;

const [journalDir = '', workerId = '', notesPath = '', url = ''] = process.argv.slice(2);
const notes = openSync(notesPath, 'a');
const { db } = openDatabase({ url: url || NOBODY_LISTENS, poolSize: 2, applicationName: workerId });
const ledger: Ledger = createLedger({
  ...{ db, settlementDb: db, clock: systemClock, logger: silentLogger, timeZone: () => 'UTC' },
  ...{ workerId, journalDir, recoverMs: 0, journal: { segmentBytes: 32 * 1024 } },
  settlement: { flushMs: 5, batchRows: 20 },
});

/** Notes that the request is admitted. Without a database no lease can be taken: then the request goes straight into the journal. */
async function admit(requestId: string, startedAtMs: number): Promise<boolean> {
  const known = { requestId, userId: 'usr_1', keyId: 'key_1', upperBoundNanoUsd: 1_000n };
  const about = { protocolIn: 'openai-chat', operation: 'generate', modelAsked: 'gpt-test', stream: true };
  if (url === '') ledger.journal?.open({ ...known, ...about, startedAtMs });
  else if ('denied' in (await ledger.purse.hold({ ...known, about, nowMs: startedAtMs }))) return false;
  ledger.settlement.whenWritten(() => writeSync(notes, `o ${requestId}\n`));
  return true;
}

const underWay: { readonly requestId: string; readonly startedAtMs: number }[] = [];
let begun = false;

for (let index = 0; ; index++) {
  const request = { requestId: `${workerId}_${index}`, startedAtMs: Date.now() };
  if (await admit(request.requestId, request.startedAtMs)) underWay.push(request);
  const ended = underWay.length > UNDER_WAY ? underWay.shift() : undefined;
  if (ended) {
    ledger.settlement.settle(aRow({ ...ended, costNanoUsd: COST }));
    ledger.settlement.whenWritten(() => {
      writeSync(notes, `s ${ended.requestId} ${COST}\n`);
      if (!begun) process.stdout.write('begun\n');
      begun = true;
    });
  }
  if (index % 2 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
}
