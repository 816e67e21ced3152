// The request log: one row per accepted request, own rows for a user, all for an admin.
import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { outcome, protocol } from './enums.ts';
import {
  channelId,
  instant,
  keyId,
  pageOf,
  pageQuery,
  priceId,
  requestId,
  shortText,
  usd,
  usdNotNegative,
  userId,
} from './primitives.ts';
import { balance } from './users.ts';

export const usage = z.object({
  input: z.int(),
  cacheRead: z.int(),
  cacheWrite5m: z.int(),
  cacheWrite1h: z.int(),
  output: z.int(),
  /** Part of `output`. */
  reasoning: z.int(),
  estimated: z.boolean(),
});

export const requestLogRow = z
  .object({
    requestId,
    startedAt: instant,
    userId,
    userName: z.string(),
    keyId,
    keyName: z.string(),
    /** Null for a user who is no admin, and where no channel was reached. */
    channelId: channelId.nullable(),
    channelName: z.string().nullable(),
    modelAsked: z.string(),
    modelServed: z.string().nullable(),
    protocolIn: protocol,
    protocolOut: protocol.nullable(),
    operation: z.string(),
    stream: z.boolean(),
    status: z.int(),
    outcome,
    errorCode: z.string().nullable(),
    usage,
    priced: z.boolean(),
    costUsd: usdNotNegative,
    firstByteMs: z.number().nullable(),
    durationMs: z.number(),
  })
  .meta({ id: 'RequestLogRow' });
export type RequestLogRow = z.infer<typeof requestLogRow>;

/** One class of tokens on the bill: tokens × price per million. */
export const costLine = z.object({
  usageClass: z.enum(['input', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h', 'output']),
  tokens: z.int(),
  pricePerMTok: usdNotNegative,
  /** Before the multiplier; exact, up to fifteen places. */
  amountUsd: z.string(),
});

/** The price version that a row was billed with. */
export const billedPrice = z.object({
  priceId,
  effectiveFrom: instant,
  /** An override that held on its channel only; always false for a user who is no admin. */
  override: z.boolean(),
  /** The threshold in tokens whose rates held for the whole request; null: the ordinary rates did. */
  longContextAbove: z.int().nullable(),
});

export const requestLogDetail = requestLogRow
  .extend({
    errorText: z.string().nullable(),
    clientIp: z.string().nullable(),
    userAgent: z.string().nullable(),
    /** By which the provider's support finds the request; null for a user who is no admin, or where it named none. */
    upstreamRequestId: z.string().nullable(),
    /** Calls of the provider's own tools, by name; information, not part of the cost. */
    serverTools: z.record(z.string(), z.int()),
    overheadMs: z.number(),
    multiplier: z.string(),
    costLines: z.array(costLine),
    /** The sum of the lines, exact; times the multiplier and rounded half up to the nano-dollar it is the cost. */
    costSumUsd: z.string(),
    /** Null: not priced. */
    price: billedPrice.nullable(),
    /** What the operator pays although the user does not; `"0"` for a user who is no admin. */
    operatorLossUsd: usdNotNegative,
    attempts: z.array(
      z.object({
        channelId: channelId.nullable(),
        channelName: z.string().nullable(),
        upstreamModel: z.string().nullable(),
        status: z.int().nullable(),
        outcome: z.string(),
        reason: z.string(),
        startedAt: instant,
        durationMs: z.number(),
      }),
    ),
    /** Channels kept or dropped when the route was planned; empty for a user who is no admin. */
    decision: z.array(
      z.object({ channelId, channelName: z.string(), kept: z.boolean(), reason: z.string() }),
    ),
    droppedFields: z.array(z.string()),
    /** What the user has paid by now: the cost, and what re-pricings have changed about it since. */
    paidUsd: usd,
    /** Null: it was not given back. */
    refund: z.object({ amountUsd: usd, note: z.string(), createdAt: instant }).nullable(),
  })
  .meta({ id: 'RequestLogDetail' });
export type RequestLogDetail = z.infer<typeof requestLogDetail>;

export const requestLogQuery = pageQuery.extend({
  /** Left out: 24 hours ago. */
  from: instant.optional(),
  to: instant.optional(),
  /** `all` rows are for admins; left out: own rows. */
  scope: z.enum(['own', 'all']).default('own'),
  user: userId.optional(),
  key: keyId.optional(),
  channel: channelId.optional(),
  model: z.string().max(200).optional(),
  outcome: outcome.optional(),
  status: z.coerce.number().int().min(100).max(599).optional(),
  requestId: z.string().max(60).optional(),
});

export const listRequestLogs = endpoint({
  id: 'requestLogs.list',
  method: 'GET',
  path: '/api/request-logs',
  summary: 'Requests in a time range, newest first',
  access: 'user',
  query: requestLogQuery,
  output: pageOf(requestLogRow),
});

export const getRequestLog = endpoint({
  id: 'requestLogs.get',
  method: 'GET',
  path: '/api/request-logs/{requestId}',
  summary: 'One request with attempts and cost lines',
  access: 'user',
  params: z.object({ requestId }),
  output: requestLogDetail,
});

export const requestRefund = z.strictObject({
  /** The reason; its user reads it in the statement. */
  note: shortText(500),
});

export const refundRequest = endpoint({
  id: 'requestLogs.refund',
  method: 'POST',
  path: '/api/request-logs/{requestId}/refund',
  summary: 'Give back what a request cost, once; written to the ledger',
  access: 'admin',
  params: z.object({ requestId }),
  body: requestRefund,
  output: z.object({ requestId, amountUsd: usd, balance }),
});
