// Reads a request body whole, hashes the bytes as they came, and undoes the content codings providers accept.
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';

export interface ReadBody {
  readonly bytes: number;
  readonly sha256: string;
  /** The body as text; null when its coding is unknown or broken. */
  readonly text: string | null;
}

function decoded(raw: Buffer, coding: string | undefined): string | null {
  try {
    switch (coding?.toLowerCase() ?? 'identity') {
      case 'identity':
        return raw.toString('utf8');
      case 'gzip':
        return gunzipSync(raw).toString('utf8');
      case 'deflate':
        return inflateSync(raw).toString('utf8');
      case 'br':
        return brotliDecompressSync(raw).toString('utf8');
      case 'zstd':
        return zstdDecompressSync(raw).toString('utf8');
      default:
        return null;
    }
  } catch {
    return null;
  }
}

/** Rejects when the peer leaves before the body is complete. */
export async function readBody(request: IncomingMessage): Promise<ReadBody> {
  const chunks: Buffer[] = [];
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of request) {
    const part = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    chunks.push(part);
    hash.update(part);
    bytes += part.length;
  }
  const raw = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
  return { bytes, sha256: hash.digest('hex'), text: decoded(raw, request.headers['content-encoding']) };
}
