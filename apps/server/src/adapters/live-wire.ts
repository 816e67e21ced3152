// Live events as JSON, which has no bigint: for the bus, and back for those who watch.
import type { LiveEvent } from '@api-proxy/gateway/ports';

/** What a bigint becomes; no field of an event has this name. */
const BIGINT = '$bigint';

/** Plain JSON values, whatever the event holds. */
export function encodeLive(event: LiveEvent): unknown {
  return encode(event);
}

/** The values that {@link encodeLive} was given, as far as they are JSON or bigint. */
export function decodeLive(payload: unknown): unknown {
  if (Array.isArray(payload)) return payload.map(decodeLive);
  if (typeof payload !== 'object' || payload === null) return payload;
  const entries = Object.entries(payload);
  const [first] = entries;
  if (first && entries.length === 1 && first[0] === BIGINT) return BigInt(String(first[1]));
  return Object.fromEntries(entries.map(([name, value]) => [name, decodeLive(value)]));
}

function encode(value: unknown): unknown {
  if (typeof value === 'bigint') return { [BIGINT]: value.toString() };
  if (Array.isArray(value)) return value.map(encode);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, encode(part)]));
}
