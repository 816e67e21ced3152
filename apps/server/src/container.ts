// Which adapter stands behind which port: known here and, for what workers share, in shared-state.ts only.
import { bulkTransactions } from '@api-proxy/db/bulk';
import { openDatabase } from '@api-proxy/db/open';
import { ownedKeys } from '@api-proxy/db/owned-keys';
import { createGateway } from '@api-proxy/gateway/gateway';
import type { Admission } from '@api-proxy/gateway/ports';
import { createProber } from '@api-proxy/gateway/probe';
import { healthBoundsOf, MemoryChannelHealth } from '@api-proxy/gateway/routing/health';
import { systemClock } from '@api-proxy/kit/clock';
import { SECOND_MS } from '@api-proxy/kit/duration';
import { idSequence, newId } from '@api-proxy/kit/id';
import type { Logger } from '@api-proxy/kit/logger';
import { createLedger, type Ledger } from '@api-proxy/ledger/ledger';
import { pinnedLookup } from '@api-proxy/services/channel/pinned-lookup';
import { systemContext } from '@api-proxy/services/context';
import { createKeyHasher, rememberingHasher } from '@api-proxy/services/secret/key-hasher';
import { createVault } from '@api-proxy/services/secret/vault';
import { logNotices } from './adapters/admin-notices.ts';
import { limitAdmission } from './adapters/admission.ts';
import { listenToNotices, noticeBus } from './adapters/bus-notices.ts';
import { callerReader } from './adapters/caller-rows.ts';
import { channelLive } from './adapters/channel-live.ts';
import { channelProbe } from './adapters/channel-probe.ts';
import { compareBooks } from './adapters/compare-books.ts';
import { keyComplaints } from './adapters/key-complaints.ts';
import { keyUsage } from './adapters/key-usage.ts';
import { leaseRecall } from './adapters/lease-recall.ts';
import { outboundPolicy } from './adapters/outbound-policy.ts';
import { ratesNow } from './adapters/rates-now.ts';
import { responseMakers } from './adapters/response-makers.ts';
import { type SharedHealth, sharedHealth } from './adapters/shared-health.ts';
import { snapshotRows } from './adapters/snapshot-rows.ts';
import { CallerCache } from './caller-cache.ts';
import type { WorkerSettings } from './child-messages.ts';
import { clientAddress } from './client-address.ts';
import { createControlApi, servicePorts } from './control-api.ts';
import type { Drain } from './drain.ts';
import { createHealth } from './health.ts';
import { InstanceCount } from './instance-count.ts';
import { bookkeeping } from './jobs/bookkeeping.ts';
import { channelChecks } from './jobs/channel-checks.ts';
import { housekeeping } from './jobs/housekeeping.ts';
import { startJobs } from './jobs/scheduler.ts';
import { journalOf } from './journal-settings.ts';
import type { Handler } from './listener.ts';
import { openSharedState, type SharedState } from './shared-state.ts';
import { SnapshotKeeper } from './snapshot.ts';
import { programVersion } from './version.ts';

export type ContainerOptions = { settings: WorkerSettings; drain: Drain; log: Logger };

export type Container = {
  /** Absent where this instance has no data plane. */
  gateway: Handler | undefined;
  explain: Handler | undefined;
  api: Handler;
  /** Ends the relayed requests that are still running. */
  interrupt(): void;
  /** After the drain: what is queued is written, connections are closed. */
  close(): Promise<void>;
};

const BOOKING_SILENCE_MS = 20 * SECOND_MS;
/** Connections from which on the settlement has two of them. */
const ROOMY_POOL = 5;

export async function createContainer({ settings, drain, log }: ContainerOptions): Promise<Container> {
  const clock = systemClock;
  const version = programVersion();
  const workerId = newId('wrk', clock.nowMs());
  const { database, booking, lanes } = openPools(settings, log);
  const { db } = database;

  const vault = createVault(settings.appSecret);
  const keyHasher = createKeyHasher(settings.appSecret);
  const instances = new InstanceCount(db, settings.workers);
  const shared = await openSharedState({
    ...{ workerId, clock, log },
    redisUrl: settings.redisUrl,
    instances: () => instances.current(),
  });
  const { bus, limits, slots, affinity } = shared;
  const snapshots = await SnapshotKeeper.open({
    reader: snapshotRows({ db, open: vault.open, clock, log }),
    log,
  });
  const callers = new CallerCache({ load: callerReader(ownedKeys(db)), clock });
  const health = sharedHealth({
    ...{ bus, cooldowns: shared.cooldowns, workerId, nowMs: clock.nowMs, log },
    local: new MemoryChannelHealth(() => healthBoundsOf(snapshots.current())),
  });
  const makers = responseMakers({ atHand: shared.recentMakers, db, clock, log });
  const recall = leaseRecall({
    ...{ bus, workerId, instances: () => instances.current() },
    isShared: () => shared.link?.state() === 'up',
  });
  const outbound = outboundPolicy(settings, log);
  const lookup = pinnedLookup(outbound);
  const prober = createProber(clock, lookup);
  const ledger = createLedger({
    ...{ db, clock, workerId, logger: log },
    settlementDb: booking.db,
    settlement: settings.embedded ? {} : { bulk: bulkTransactions(booking.pool), lanes },
    timeZone: () => snapshots.current().timeZone,
    purse: { recall: recall.recall },
    ...journalOf(settings),
  });
  // Before anything is admitted: what a killed worker had written down is booked.
  await ledger.recover();
  // Nobody else can be running on an embedded database: what that worker held is free again, now that its rows are in.
  if (settings.embedded) await ledger.sweep('all');
  recall.answerWith(ledger.purse.returnIdle);
  heedNotices({ shared, snapshots, callers, ledger, health, log });
  await health.catchUp();

  const ports = servicePorts({
    ...{ settings, version, db, clock },
    attempts: shared.attempts,
    parts: {
      ...{ vault, keyHasher, outbound },
      bus: noticeBus(bus),
      channelProbe: channelProbe(prober),
      channelLive: channelLive({ health, slots, snapshots, clock }),
      adminNotices: logNotices(log),
      compareBooks: compareBooks(db, log),
      ratesNow: ratesNow({ limits, clock }),
    },
  });
  const background = systemContext(ports);
  const complaints = keyComplaints(background, log);
  const gateway = createGateway({
    ...{ callers, snapshots, clock, health, slots, affinity, makers, lookup, logger: log },
    keyComplaints: complaints,
    thinkingMakers: shared.thinkingMakers,
    hashCredential: rememberingHasher(keyHasher),
    admission: whileAccepting(drain, limitAdmission({ limits, clock })),
    purse: ledger.purse,
    settlements: ledger.settlement,
    keyUsage: keyUsage(ports),
    connectionsPerOrigin: settings.upstreamConnections,
    nextRequestId: idSequence('req'),
    clientIp: (request) => clientAddress(request, settings.trustedProxyHops),
  });
  const api = createControlApi({
    ...{ settings, ports, log },
    health: createHealth({ db, clock, version, ready: () => drain.ready, link: shared.link }),
  });
  const chores = housekeeping({ ledger, db, clock, workerId, version, instances });
  const jobs = startJobs([...chores, ...bookkeeping(ports), channelChecks(background)], {
    standing: () => shared.election.standing(),
    log,
  });

  return {
    gateway: settings.role === 'console' ? undefined : gateway.handle,
    explain: settings.role === 'console' ? undefined : gateway.explain,
    api,
    interrupt: gateway.interrupt,
    // Requests have ended; what they left is booked before the connections go.
    close: () =>
      closeInOrder([jobs, snapshots, gateway, complaints, prober, ledger, makers, shared, booking, database]),
  };
}

type Heedful = {
  shared: SharedState;
  snapshots: SnapshotKeeper;
  callers: CallerCache;
  ledger: Ledger;
  health: SharedHealth;
  log: Logger;
};

/** What the services change is known to this worker's caches at once. */
function heedNotices({ shared, snapshots, callers, ledger, health, log }: Heedful): void {
  const config = (version: number) => snapshots.announce(version);
  const caller = (userId: string, keyId: string | null) => {
    callers.forget(userId, keyId);
    ledger.purse.forget(userId);
    if (keyId !== null) ledger.purse.forget(keyId);
  };
  listenToNotices(shared.bus, { config, caller }, log);
  // Notices were lost while Redis was away.
  shared.link?.onChange((state) => {
    if (state === 'down') return;
    callers.forgetAll();
    snapshots.refresh();
    health.catchUp();
  });
}

/** After the grace time of a drain new requests are refused, in the dialect of their callers. */
function whileAccepting(drain: Drain, admission: Admission): Admission {
  return {
    take: (request) =>
      drain.accepts ? admission.take(request) : { denied: 'draining', retryAfterMs: SECOND_MS },
  };
}

async function closeInOrder(parts: readonly { close(): Promise<void> | void }[]): Promise<void> {
  for (const part of parts) await part.close();
}

/** Settlement has a connection of its own, so that a slow page never delays the booking of requests. */
function openPools({ databaseUrl, databasePoolSize, embedded }: WorkerSettings, log: Logger) {
  // The embedded database has one session; a pool that is small has more urgent uses than a second batch on its way.
  const lanes = embedded || databasePoolSize < ROOMY_POOL ? 1 : 2;
  const open = (poolSize: number, applicationName: string, silenceMs?: number) =>
    openDatabase({
      ...{ poolSize, applicationName, ...(silenceMs ? { silenceMs } : {}) },
      url: databaseUrl.reveal(),
      onIdleError: (err) => log.warn({ err }, 'a connection to the database broke'),
    });
  return {
    lanes,
    database: open(databasePoolSize - lanes, 'api-proxy'),
    // Its statements end within 15 s by the server's own clock; a longer silence is a broken connection.
    booking: open(lanes, 'api-proxy settlement', BOOKING_SILENCE_MS),
  };
}
