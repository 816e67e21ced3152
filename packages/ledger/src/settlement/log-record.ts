// A settlement row as a record of `request_log`: name and type of every column, its value for a row, and the row again.
import { type ColumnType, storableText } from './json-parameter.ts';
import {
  chargeOf,
  type SettledAttempt,
  type SettledDecision,
  type SettledOutcome,
  type SettlementRow,
} from './settlement-row.ts';

/** Longest stored text, in bytes of UTF-8. */
export const TEXT_CAP_BYTES = 16_384;
/** Longest name in an indexed column, in characters: an index entry has to fit in a third of a page. */
export const NAME_CAP = 256;

/** Cuts a text to 16 KB of UTF-8, at a character's border. */
export function capText(text: string): string {
  if (text.length * 3 <= TEXT_CAP_BYTES) return text;
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= TEXT_CAP_BYTES) return text;
  let end = TEXT_CAP_BYTES;
  // Bytes 10xxxxxx continue a character.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}

/**
 * A name as it is stored: cleaned, then cut, never through a surrogate pair. Doing both once more changes nothing, so
 * what is grouped by this form is not merged any further by the database.
 */
export function storableName(text: string): string {
  const clean = storableText(text);
  if (clean.length <= NAME_CAP) return clean;
  const halved = (clean.charCodeAt(NAME_CAP - 1) & 0xfc00) === 0xd800;
  return clean.slice(0, halved ? NAME_CAP - 1 : NAME_CAP);
}

function orNull(text: string | null | undefined, cap: (text: string) => string): string | null {
  return text === null || text === undefined ? null : cap(text);
}

/** In the order of {@link LogValues}. */
export const LOG_COLUMNS: readonly (readonly [name: string, type: ColumnType])[] = [
  ['request_id', 'text'],
  ['started_at', 'epoch_ms'],
  ['user_id', 'text'],
  ['key_id', 'text'],
  ['channel_id', 'text'],
  ['channel_key_id', 'text'],
  ['protocol_in', 'text'],
  ['protocol_out', 'text'],
  ['operation', 'text'],
  ['model_asked', 'text'],
  ['model_served', 'text'],
  ['stream', 'boolean'],
  ['status', 'integer'],
  ['outcome', 'text'],
  ['error_code', 'text'],
  ['error_text', 'text'],
  ['input_tokens', 'bigint'],
  ['cache_read_tokens', 'bigint'],
  ['cache_write5m_tokens', 'bigint'],
  ['cache_write1h_tokens', 'bigint'],
  ['output_tokens', 'bigint'],
  ['reasoning_tokens', 'bigint'],
  ['estimated', 'boolean'],
  ['server_tools', 'jsonb'],
  ['price_id', 'text'],
  ['multiplier_ppm', 'integer'],
  ['priced', 'boolean'],
  ['cost', 'bigint'],
  ['operator_loss', 'bigint'],
  ['first_byte_ms', 'integer'],
  ['duration_ms', 'bigint'],
  ['overhead_ms', 'real'],
  ['client_ip', 'text'],
  ['user_agent', 'text'],
  ['upstream_request_id', 'text'],
  ['attempts', 'jsonb'],
  ['plan_id', 'text'],
  ['decision', 'jsonb'],
  ['dropped_fields', 'text[]'],
  ['probe', 'boolean'],
];

/** One record of the log; a JSON value of its text is the same again. Money is text: JSON has no integer of that size. */
export type LogValues = readonly [
  requestId: string,
  startedAtMs: number,
  userId: string,
  keyId: string,
  channelId: string | null,
  channelKeyId: string | null,
  protocolIn: string,
  protocolOut: string | null,
  operation: string,
  modelAsked: string,
  modelServed: string | null,
  stream: boolean,
  status: number,
  outcome: SettledOutcome,
  errorCode: string | null,
  errorText: string | null,
  input: number,
  cacheRead: number,
  cacheWrite5m: number,
  cacheWrite1h: number,
  output: number,
  reasoning: number,
  estimated: boolean,
  serverTools: Readonly<Record<string, number>> | null,
  priceId: string | null,
  multiplierPpm: number,
  priced: boolean,
  cost: string,
  operatorLoss: string,
  firstByteMs: number | null,
  durationMs: number,
  overheadMs: number,
  clientIp: string,
  userAgent: string,
  upstreamRequestId: string | null,
  attempts: readonly SettledAttempt[],
  planId: string | null,
  decision: readonly SettledDecision[],
  droppedFields: readonly string[],
  probe: boolean,
];

/** The place of `modelAsked`. */
export const MODEL_ASKED = 9;

/** What the log keeps of a row: names and texts as they are stored, durations in whole ms, of a probe no cost. */
export function logValues(row: SettlementRow): LogValues {
  const { usage } = row;
  return [
    row.requestId,
    // It names the request together with its id: by either way into the table it must be the same instant.
    Math.trunc(row.startedAtMs),
    row.userId,
    row.keyId,
    row.channelId,
    row.channelKeyId,
    row.protocolIn,
    row.protocolOut,
    row.operation,
    storableName(row.modelAsked),
    orNull(row.modelServed, storableName),
    row.stream,
    row.status,
    row.outcome,
    orNull(row.errorCode, storableName),
    orNull(row.errorText, capText),
    usage.input,
    usage.cacheRead,
    usage.cacheWrite5m,
    usage.cacheWrite1h,
    usage.output,
    usage.reasoning,
    usage.estimated,
    row.serverTools ?? null,
    row.priceId,
    row.multiplierPpm,
    row.priced,
    chargeOf(row).toString(),
    (row.operatorLossNanoUsd ?? 0n).toString(),
    row.firstByteMs === null ? null : Math.round(row.firstByteMs),
    Math.round(row.durationMs),
    row.overheadMs,
    storableName(row.clientIp),
    capText(row.userAgent),
    orNull(row.upstreamRequestId, storableName),
    row.attempts,
    row.planId ?? null,
    row.decision,
    row.droppedFields,
    row.probe ?? false,
  ];
}

/** The row of a record; booked again it gives the same record. */
export function rowOf(values: LogValues): SettlementRow {
  const [
    requestId,
    startedAtMs,
    userId,
    keyId,
    channelId,
    channelKeyId,
    protocolIn,
    protocolOut,
    operation,
    modelAsked,
    modelServed,
    stream,
    status,
    outcome,
    errorCode,
    errorText,
    input,
    cacheRead,
    cacheWrite5m,
    cacheWrite1h,
    output,
    reasoning,
    estimated,
    serverTools,
    priceId,
    multiplierPpm,
    priced,
    cost,
    operatorLoss,
    firstByteMs,
    durationMs,
    overheadMs,
    clientIp,
    userAgent,
    upstreamRequestId,
    attempts,
    planId,
    decision,
    droppedFields,
    probe,
  ] = values;
  return {
    ...{ requestId, startedAtMs, userId, keyId, channelId, channelKeyId, protocolIn, protocolOut, operation },
    ...{ modelAsked, modelServed, stream, status, outcome, errorCode, errorText },
    usage: { input, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning, estimated },
    ...{ serverTools, priceId, multiplierPpm, priced },
    costNanoUsd: BigInt(cost),
    operatorLossNanoUsd: BigInt(operatorLoss),
    ...{ firstByteMs, durationMs, overheadMs, clientIp, userAgent, upstreamRequestId },
    ...{ attempts, planId, decision, droppedFields, probe },
  };
}
