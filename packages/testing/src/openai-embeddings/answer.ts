// Embedding vectors that depend only on the input: floats, or base64 of little-endian float32.
import { createHash } from 'node:crypto';
import { type JsonRecord, numberAt } from '../json-value.ts';
import type { Turn } from '../wire.ts';
import { inputsOf } from './request.ts';
import { usageOf } from './usage.ts';

const USUAL_DIMENSIONS = 1536;

/** A unit vector for an input: the same input always gives the same vector. */
function vectorOf(input: unknown, dimensions: number): Float32Array {
  const seed = createHash('sha256').update(JSON.stringify(input)).digest();
  let state = seed.readUInt32LE(0) | 1;
  let square = 0;
  const vector = new Float32Array(dimensions);
  for (let index = 0; index < dimensions; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const value = state / 0x80000000 - 1;
    vector[index] = value;
    square += value * value;
  }
  const length = Math.sqrt(square) || 1;
  return vector.map((value) => value / length);
}

function encoded(vector: Float32Array, asBase64: boolean): unknown {
  if (!asBase64) return Array.from(vector);
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes.toString('base64');
}

export function answer(turn: Turn): JsonRecord {
  const { body, model } = turn.request;
  const dimensions = numberAt(body, 'dimensions') ?? USUAL_DIMENSIONS;
  const asBase64 = body.encoding_format === 'base64';
  const inputs = turn.behaviour.emptyAnswer ? [] : inputsOf(body);
  return {
    object: 'list',
    data: inputs.map((input, index) => ({
      object: 'embedding',
      index,
      embedding: encoded(vectorOf(input, dimensions), asBase64),
    })),
    model,
    ...(turn.behaviour.usage !== 'none' && { usage: usageOf(turn.plan.usage) }),
  };
}
