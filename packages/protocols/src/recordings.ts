// The recorded answers, for the golden tests.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Protocol } from './protocol.ts';

const ROOT = join(import.meta.dirname, '../fixtures');

const FOLDER: Readonly<Record<Protocol, string>> = {
  'anthropic-messages': 'anthropic',
  'openai-chat': 'openai-chat',
  'openai-responses': 'openai-responses',
  'openai-embeddings': 'openai-embeddings',
};

export type Recording = { readonly name: string; readonly protocol: Protocol; readonly bytes: Buffer };

/** Recorded JSON answers, errors or streams of a dialect; streams kept as payloads get the provider's framing. */
export function recordings(protocol: Protocol, kind: 'json' | 'sse' | 'err'): Recording[] {
  const folder = join(ROOT, FOLDER[protocol], kind);
  return namesIn(folder).map((name) => {
    const bytes = readFileSync(join(folder, name));
    return { name, protocol, bytes: name.endsWith('.chunks.txt') ? framed(bytes, protocol) : bytes };
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function framed(bytes: Buffer, protocol: Protocol): Buffer {
  const lines = bytes
    .toString()
    .split('\n')
    .filter((line) => line.trim() !== '');
  const events = lines.map(
    (line) => `${protocol === 'openai-chat' ? '' : `event: ${typeOf(line)}\n`}data: ${line}\n\n`,
  );
  if (protocol === 'openai-chat') events.push('data: [DONE]\n\n');
  return Buffer.from(events.join(''));
}

function typeOf(line: string): string {
  return /"type"\s*:\s*"([^"]+)"/.exec(line)?.[1] ?? 'message';
}
