// A settlement row as a record of `request_log`: names, types and caps of every column.
import type { Column } from './json-parameter.ts';
import { chargeOf, type SettlementRow } from './settlement-row.ts';

/** Longest stored text, in bytes of UTF-8. */
export const TEXT_CAP_BYTES = 16_384;
/** Longest name in an indexed column, in characters: an index entry has to fit in a third of a page. */
export const NAME_CAP = 256;

export const LOG_COLUMNS: readonly Column[] = [
  ['request_id', 'text'],
  ['started_at', 'timestamptz'],
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
  ['decision', 'jsonb'],
  ['dropped_fields', 'text[]'],
  ['probe', 'boolean'],
];

export type LogRecord = Readonly<Record<string, unknown>>;

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

function capName(text: string): string {
  return text.length <= NAME_CAP ? text : text.slice(0, NAME_CAP);
}

function orNull(text: string | null | undefined, cap: (text: string) => string): string | null {
  return text === null || text === undefined ? null : cap(text);
}

/**
 * The record of a row.
 * @throws RangeError when the row's start is no instant: such a row can't be stored anywhere.
 */
export function logRecord(row: SettlementRow): LogRecord {
  const { usage } = row;
  return {
    request_id: row.requestId,
    started_at: new Date(row.startedAtMs).toISOString(),
    user_id: row.userId,
    key_id: row.keyId,
    channel_id: row.channelId,
    channel_key_id: row.channelKeyId,
    protocol_in: row.protocolIn,
    protocol_out: row.protocolOut,
    operation: row.operation,
    model_asked: capName(row.modelAsked),
    model_served: orNull(row.modelServed, capName),
    stream: row.stream,
    status: row.status,
    outcome: row.outcome,
    error_code: orNull(row.errorCode, capName),
    error_text: orNull(row.errorText, capText),
    input_tokens: usage.input,
    cache_read_tokens: usage.cacheRead,
    cache_write5m_tokens: usage.cacheWrite5m,
    cache_write1h_tokens: usage.cacheWrite1h,
    output_tokens: usage.output,
    reasoning_tokens: usage.reasoning,
    estimated: usage.estimated,
    server_tools: row.serverTools ?? null,
    price_id: row.priceId,
    multiplier_ppm: row.multiplierPpm,
    priced: row.priced,
    cost: chargeOf(row).toString(),
    operator_loss: (row.operatorLossNanoUsd ?? 0n).toString(),
    first_byte_ms: row.firstByteMs === null ? null : Math.round(row.firstByteMs),
    duration_ms: Math.round(row.durationMs),
    overhead_ms: row.overheadMs,
    client_ip: capName(row.clientIp),
    user_agent: capText(row.userAgent),
    upstream_request_id: orNull(row.upstreamRequestId, capName),
    attempts: row.attempts,
    decision: row.decision,
    dropped_fields: row.droppedFields,
    probe: row.probe ?? false,
  };
}
