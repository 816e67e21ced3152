// Passwords as argon2id hashes in PHC form (RFC 9106; parameters of the OWASP cheat sheet: 19 MiB, 2 passes, 1 lane).
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';

const MEMORY_KIB = 19_456;
const PASSES = 2;
const LANES = 1;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const VERSION = 19;
/** A stored hash may ask for no more than this, so that a forged row can't take the server's memory. */
const MAX_MEMORY_KIB = 1_048_576;
const MAX_PASSES = 16;
const MAX_LANES = 16;
const PHC =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

type Parameters = { memory: number; passes: number; lanes: number; salt: Buffer; length: number };

function derive(password: string, { memory, passes, lanes, salt, length }: Parameters): Promise<Buffer> {
  const parameters = {
    message: password,
    nonce: salt,
    parallelism: lanes,
    tagLength: length,
    memory,
    passes,
  };
  return new Promise((resolve, reject) => {
    argon2('argon2id', parameters, (error, hash) => (error ? reject(error) : resolve(hash)));
  });
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

/** The text to store, e.g. `$argon2id$v=19$m=19456,t=2,p=1$…$…`. Takes some 20 ms on a thread of its own. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, {
    memory: MEMORY_KIB,
    passes: PASSES,
    lanes: LANES,
    salt,
    length: HASH_BYTES,
  });
  return `$argon2id$v=${VERSION}$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${base64(salt)}$${base64(hash)}`;
}

/** Whether `password` made the stored hash; false for a text that is no such hash. */
export async function verifyPassword({
  hash,
  password,
}: {
  hash: string;
  password: string;
}): Promise<boolean> {
  const match = PHC.exec(hash);
  if (!match) return false;
  const [, memory, passes, lanes, salt = '', stored = ''] = match;
  const expected = Buffer.from(stored, 'base64');
  const parameters = {
    memory: Number(memory),
    passes: Number(passes),
    lanes: Number(lanes),
    salt: Buffer.from(salt, 'base64'),
    length: expected.length,
  };
  const sane =
    parameters.memory <= MAX_MEMORY_KIB && parameters.passes <= MAX_PASSES && parameters.lanes <= MAX_LANES;
  if (!sane) return false;
  return timingSafeEqual(await derive(password, parameters), expected);
}
