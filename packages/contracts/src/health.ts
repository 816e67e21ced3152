// Health, for people and probes.
import { z } from 'zod';
import { endpoint } from './endpoint.ts';

const part = z.object({ ok: z.boolean(), detail: z.string().optional() });

export const health = z.object({
  status: z.enum(['ok', 'degraded', 'draining', 'failing']),
  version: z.string(),
  schema: z.object({ head: z.int(), applied: z.int() }).optional(),
  parts: z.record(z.string(), part),
});

export const getHealth = endpoint({
  id: 'health.get',
  method: 'GET',
  path: '/api/health',
  summary: 'All parts with versions, for people',
  access: 'anyone',
  output: health,
});

export const getLive = endpoint({
  id: 'health.live',
  method: 'GET',
  path: '/api/health/live',
  summary: 'The process answers',
  access: 'anyone',
  output: z.object({ status: z.literal('ok') }),
});

export const getReady = endpoint({
  id: 'health.ready',
  method: 'GET',
  path: '/api/health/ready',
  summary: '200 when it can take requests; 503 with the reason when not, or while draining',
  access: 'anyone',
  output: health,
  errors: ['not_ready'],
});
