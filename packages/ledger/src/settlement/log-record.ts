// A settlement row as a record of `request_log`: name, type, cap and source of every column.
import { type Column, storableText } from './json-parameter.ts';
import { chargeOf, type SettlementRow } from './settlement-row.ts';

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

/** A row whose start is no instant throws a RangeError: it can't be stored anywhere. */
export const LOG_COLUMNS: readonly Column<SettlementRow>[] = [
  ['request_id', 'text', (row) => row.requestId],
  ['started_at', 'timestamptz', (row) => new Date(row.startedAtMs).toISOString()],
  ['user_id', 'text', (row) => row.userId],
  ['key_id', 'text', (row) => row.keyId],
  ['channel_id', 'text', (row) => row.channelId],
  ['channel_key_id', 'text', (row) => row.channelKeyId],
  ['protocol_in', 'text', (row) => row.protocolIn],
  ['protocol_out', 'text', (row) => row.protocolOut],
  ['operation', 'text', (row) => row.operation],
  ['model_asked', 'text', (row) => storableName(row.modelAsked)],
  ['model_served', 'text', (row) => orNull(row.modelServed, storableName)],
  ['stream', 'boolean', (row) => row.stream],
  ['status', 'integer', (row) => row.status],
  ['outcome', 'text', (row) => row.outcome],
  ['error_code', 'text', (row) => orNull(row.errorCode, storableName)],
  ['error_text', 'text', (row) => orNull(row.errorText, capText)],
  ['input_tokens', 'bigint', (row) => row.usage.input],
  ['cache_read_tokens', 'bigint', (row) => row.usage.cacheRead],
  ['cache_write5m_tokens', 'bigint', (row) => row.usage.cacheWrite5m],
  ['cache_write1h_tokens', 'bigint', (row) => row.usage.cacheWrite1h],
  ['output_tokens', 'bigint', (row) => row.usage.output],
  ['reasoning_tokens', 'bigint', (row) => row.usage.reasoning],
  ['estimated', 'boolean', (row) => row.usage.estimated],
  ['server_tools', 'jsonb', (row) => row.serverTools ?? null],
  ['price_id', 'text', (row) => row.priceId],
  ['multiplier_ppm', 'integer', (row) => row.multiplierPpm],
  ['priced', 'boolean', (row) => row.priced],
  ['cost', 'bigint', (row) => chargeOf(row).toString()],
  ['operator_loss', 'bigint', (row) => (row.operatorLossNanoUsd ?? 0n).toString()],
  ['first_byte_ms', 'integer', (row) => (row.firstByteMs === null ? null : Math.round(row.firstByteMs))],
  ['duration_ms', 'bigint', (row) => Math.round(row.durationMs)],
  ['overhead_ms', 'real', (row) => row.overheadMs],
  ['client_ip', 'text', (row) => storableName(row.clientIp)],
  ['user_agent', 'text', (row) => capText(row.userAgent)],
  ['upstream_request_id', 'text', (row) => orNull(row.upstreamRequestId, storableName)],
  ['attempts', 'jsonb', (row) => row.attempts],
  ['plan_id', 'text', (row) => row.planId ?? null],
  ['decision', 'jsonb', (row) => row.decision],
  ['dropped_fields', 'text[]', (row) => row.droppedFields],
  ['probe', 'boolean', (row) => row.probe ?? false],
];
