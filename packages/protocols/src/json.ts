// Reading unknown JSON without trusting its shape.

export type JsonRecord = { readonly [key: string]: unknown };

/** Whether the value is a JSON object (not null, not a list). */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The field as an object, or undefined. */
export function recordAt(value: unknown, key: string): JsonRecord | undefined {
  if (!isRecord(value)) return undefined;
  const field = value[key];
  return isRecord(field) ? field : undefined;
}

/** The field as a token count (a non-negative whole number), or null when it is missing, null or something else. */
export function countAt(value: unknown, key: string): number | null {
  if (!isRecord(value)) return null;
  const field = value[key];
  return typeof field === 'number' && Number.isSafeInteger(field) && field >= 0 ? field : null;
}

/** The field as a text, or null. Numbers are written out (some servers send `"code": 401`). */
export function textAt(value: unknown, key: string): string | null {
  if (!isRecord(value)) return null;
  const field = value[key];
  if (typeof field === 'string') return field;
  return typeof field === 'number' ? String(field) : null;
}

/** Parses, or gives undefined when the text is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
