// Log rows in the shape of the contract; what a user who is no admin must not see is left out here, and only here.
import { protocol } from '@api-proxy/contracts/enums';
import type { RequestLogDetail, RequestLogRow } from '@api-proxy/contracts/request-logs';
import type { Database } from '@api-proxy/db/database';
import { channels } from '@api-proxy/db/schema/channels';
import { keys } from '@api-proxy/db/schema/keys';
import { requestLog } from '@api-proxy/db/schema/request-log';
import { users } from '@api-proxy/db/schema/users';
import { formatUsd } from '@api-proxy/kit/money';
import { eq } from 'drizzle-orm';

/** Rows with the names of today; the caller adds conditions and an order. */
export function selectLogs(db: Database) {
  return db
    .select({ log: requestLog, userName: users.name, keyName: keys.name, channelName: channels.name })
    .from(requestLog)
    .leftJoin(users, eq(users.id, requestLog.userId))
    .leftJoin(keys, eq(keys.id, requestLog.keyId))
    .leftJoin(channels, eq(channels.id, requestLog.channelId))
    .$dynamic();
}

export type LogRow = Awaited<ReturnType<typeof selectLogs>>[number];

/** @param full whether the viewer is an admin: then channels and upstream names show. */
export function logRowOf({ log, userName, keyName, channelName }: LogRow, full: boolean): RequestLogRow {
  return {
    requestId: log.requestId,
    startedAt: log.startedAt.toISOString(),
    userId: log.userId,
    // A deleted user or key has no name any more.
    userName: userName ?? log.userId,
    keyId: log.keyId,
    keyName: keyName ?? log.keyId,
    channelId: full ? log.channelId : null,
    channelName: full ? channelName : null,
    modelAsked: log.modelAsked,
    modelServed: full ? log.modelServed : null,
    protocolIn: protocol.parse(log.protocolIn),
    protocolOut: full && log.protocolOut !== null ? protocol.parse(log.protocolOut) : null,
    operation: log.operation,
    stream: log.stream,
    status: log.status,
    outcome: log.outcome,
    errorCode: log.errorCode,
    usage: {
      input: log.inputTokens,
      cacheRead: log.cacheReadTokens,
      cacheWrite5m: log.cacheWrite5mTokens,
      cacheWrite1h: log.cacheWrite1hTokens,
      output: log.outputTokens,
      reasoning: log.reasoningTokens,
      estimated: log.estimated,
    },
    priced: log.priced,
    costUsd: formatUsd(log.cost),
    firstByteMs: log.firstByteMs,
    durationMs: log.durationMs,
  };
}

/** Texts of upstream failures can name upstream hosts; those of the client's own faults are the client's. */
export function errorTextFor({ log }: LogRow, full: boolean): string | null {
  return full || log.outcome === 'client_error' || log.outcome === 'denied' ? log.errorText : null;
}

/** @param names of channels by id. */
export function attemptsOf(
  { log }: LogRow,
  { full, names }: { full: boolean; names: ReadonlyMap<string, string> },
): RequestLogDetail['attempts'] {
  return log.attempts.map((attempt) => ({
    channelId: full ? attempt.channelId : null,
    channelName: full ? (names.get(attempt.channelId) ?? null) : null,
    upstreamModel: full ? attempt.upstreamModel : null,
    status: attempt.status,
    outcome: attempt.outcome,
    reason: full ? attempt.reason : '',
    startedAt: new Date(attempt.startedAtMs).toISOString(),
    durationMs: attempt.durationMs,
  }));
}
