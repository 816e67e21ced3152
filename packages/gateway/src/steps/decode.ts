// Undoes the content coding of a request body, within the size limit (a small body can unpack to a huge one).
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw, zstdDecompress } from 'node:zlib';
import { type Denial, isDenial } from '../denial.ts';

/** Of the decoded body. */
export const LARGEST_BODY = 64 * 1024 * 1024;

type Decoder = (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const inflateZlib: Decoder = promisify(inflate);
const inflateBare: Decoder = promisify(inflateRaw);

const DECODERS: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  // RFC 9110 says zlib format; some clients send it bare. The first byte of zlib data is 0x?8.
  [
    'deflate',
    (body, options) => ((body[0] ?? 0) % 16 === 8 ? inflateZlib(body, options) : inflateBare(body, options)),
  ],
  ['br', promisify(brotliDecompress)],
  ['zstd', promisify(zstdDecompress)],
]);

/** The decoded body, or 400 (bad data), 413 (unpacks to too much), 415 (unknown coding). */
export async function decodeBody(body: Buffer, contentEncoding: string): Promise<Buffer | Denial> {
  const codings = contentEncoding
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity');
  let decoded: Buffer = body;
  for (const coding of codings.reverse()) {
    const result = await decodeOnce(decoded, coding);
    if (isDenial(result)) return result;
    decoded = result;
  }
  return decoded;
}

async function decodeOnce(body: Buffer, coding: string): Promise<Buffer | Denial> {
  const decoder = DECODERS.get(coding);
  if (!decoder) {
    const problem = `The content encoding '${coding.slice(0, 40)}' is not supported; use gzip, deflate, br or zstd.`;
    return { denied: 'encoding_unsupported', facts: { problem } };
  }
  try {
    return await decoder(body, { maxOutputLength: LARGEST_BODY });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
      return { denied: 'body_too_large', facts: { problem: 'The request body unpacks to more than 64 MB.' } };
    }
    return { denied: 'bad_encoding', facts: { problem: `The request body is not valid ${coding} data.` } };
  }
}
