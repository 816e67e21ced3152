// Makes a value that satisfies a JSON schema, always the same one: tool arguments and structured answers.
import { isRecord, type JsonRecord, listAt, numberAt, recordAt, textAt } from './json-value.ts';

const MAX_DEPTH = 6;

function typeOf(schema: JsonRecord): string {
  const type = schema.type;
  if (typeof type === 'string') return type;
  if (Array.isArray(type)) return String(type.find((name) => name !== 'null') ?? 'null');
  return recordAt(schema, 'properties') === null ? 'string' : 'object';
}

function sampleObject(schema: JsonRecord, depth: number): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(recordAt(schema, 'properties') ?? {})) {
    value[name] = sampleAt(inner, name, depth + 1);
  }
  return value;
}

function sampleAt(schema: unknown, name: string, depth: number): unknown {
  if (!isRecord(schema) || depth > MAX_DEPTH) return null;
  if ('const' in schema) return schema.const;
  const choices = [...listAt(schema, 'enum')];
  if (choices.length > 0) return choices[0];
  const variants = [...listAt(schema, 'anyOf'), ...listAt(schema, 'oneOf')];
  if (variants.length > 0) return sampleAt(variants[0], name, depth + 1);
  switch (typeOf(schema)) {
    case 'object':
      return sampleObject(schema, depth);
    case 'array':
      return [sampleAt(schema.items ?? { type: 'string' }, name, depth + 1)];
    case 'integer':
    case 'number':
      return numberAt(schema, 'minimum') ?? 1;
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return textAt(schema, 'format') === 'date' ? '2026-01-01' : `${name} 北京`;
  }
}

/** A JSON object for an object schema (`{}` when there is no usable schema). Strings hold multi-byte characters. */
export function sampleOf(schema: unknown): Record<string, unknown> {
  return isRecord(schema) ? sampleObject(schema, 0) : {};
}
