// What the supervisor and its own children say to each other over their channel, and how it is checked.
import type { ChildProcess } from 'node:child_process';
import { AppError } from '@api-proxy/kit/error';
import { Secret } from '@api-proxy/kit/secret';
import { z } from 'zod';

const secretText = z.string().transform((text) => new Secret(text));

const settingsSchema = z.object({
  production: z.boolean(),
  development: z.boolean(),
  embedded: z.boolean(),
  role: z.enum(['all', 'gateway', 'console']),
  /** Workers of this installation, all on one port. */
  workers: z.number(),
  port: z.number(),
  hostname: z.string(),
  dataDir: z.string(),
  databaseUrl: secretText,
  databasePoolSize: z.number(),
  /** Absent: shared state is in this worker's memory. */
  redisUrl: secretText.optional(),
  appSecret: secretText,
  emailVerifySecret: secretText,
  publicUrl: z.string().optional(),
  trustedProxyHops: z.number(),
  outboundAllow: z.array(z.string()),
  upstreamConnections: z.number(),
  drainTimeoutMs: z.number(),
  journalCapBytes: z.number(),
  journalFsync: z.enum(['never', 'batch', 'always']),
  logLevel: z.string(),
});

/** Everything a worker needs to know; it reads no environment. */
export type WorkerSettings = z.infer<typeof settingsSchema>;

/** Processes that workers hand requests to. */
const neighbour = z.enum(['console', 'reader']);

export type Neighbour = z.infer<typeof neighbour>;

const neighbourMoved = z.object({
  type: z.literal('moved'),
  who: neighbour,
  /** Its loopback port; null while it is starting. */
  port: z.number().nullable(),
});

const toWorkerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('start'), settings: settingsSchema }),
  z.object({ type: z.literal('drain'), graceMs: z.number() }),
  neighbourMoved,
]);

export type ToWorker = z.infer<typeof toWorkerSchema>;

const fromChildSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), port: z.number().optional() }),
  z.object({ type: z.literal('fatal'), message: z.string() }),
]);

export type FromChild = z.infer<typeof fromChildSchema>;

export function parseToWorker(message: unknown): ToWorker | undefined {
  return toWorkerSchema.safeParse(message).data;
}

/** The start message: the only place where the secrets leave their wrapper, for a private channel. */
export function startMessage(settings: WorkerSettings): Record<string, unknown> {
  return {
    type: 'start',
    settings: {
      ...settings,
      databaseUrl: settings.databaseUrl.reveal(),
      redisUrl: settings.redisUrl?.reveal(),
      appSecret: settings.appSecret.reveal(),
      emailVerifySecret: settings.emailVerifySecret.reveal(),
    },
  };
}

/** Resolves with the child's `ready`, rejects with the message of its `fatal`. */
export function childReady(child: ChildProcess): Promise<{ port?: number | undefined }> {
  return new Promise((resolve, reject) => {
    child.on('message', (message) => {
      const parsed = fromChildSchema.safeParse(message).data;
      if (parsed?.type === 'ready') resolve({ port: parsed.port });
      if (parsed?.type === 'fatal') {
        reject(new AppError({ code: 'child_failed', status: 500, message: parsed.message }));
      }
    });
  });
}
