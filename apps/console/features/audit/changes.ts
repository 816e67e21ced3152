// What differs between two JSON values, field by field.

export type FieldChange = {
  /** Dotted, e.g. `limits.rpm`; empty for a value that is no object. */
  path: string;
  /** As compact JSON; undefined: was not there. */
  before: string | undefined;
  after: string | undefined;
};

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function written(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Lists the fields that differ, in the order of `before` and then of `after`; objects are entered, arrays are not. */
export function changesBetween(before: unknown, after: unknown, path = ''): FieldChange[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const left = isRecord(before) ? before : undefined;
  const right = isRecord(after) ? after : undefined;
  const absent = (value: unknown) => value === null || value === undefined;
  const enter = (left && right) || (left && absent(after)) || (right && absent(before));
  if (!enter) return [{ path, before: written(before), after: written(after) }];
  const names = [...new Set([...Object.keys(left ?? {}), ...Object.keys(right ?? {})])];
  return names.flatMap((name) =>
    changesBetween(left?.[name], right?.[name], path === '' ? name : `${path}.${name}`),
  );
}
