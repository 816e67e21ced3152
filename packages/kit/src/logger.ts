// The one logger: structured lines (pino), secrets redacted by type and by name.
import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';

export type Logger = PinoLogger;

const REDACTED_PATHS = [
  'authorization',
  'cookie',
  'password',
  'apiKey',
  'secret',
  'headers.authorization',
  'headers["x-api-key"]',
  'headers.cookie',
];

export type LoggerOptions = { name: string; level: string; destination?: DestinationStream };

/** A logger writing JSON lines to standard output, or to `destination`. */
export function createLogger({ name, level, destination }: LoggerOptions): Logger {
  const options = { name, level, base: { name }, redact: { paths: REDACTED_PATHS, censor: '[secret]' } };
  return destination ? pino(options, destination) : pino(options);
}

/** A logger that drops everything; for tests. */
export const silentLogger: Logger = pino({ level: 'silent' });
