// Promise: only what an upstream says about the credential itself outlasts a pause.
import { expect, it } from 'vitest';
import { classify, type Signal } from './classify.ts';
import { complaintOf } from './complaint.ts';

const status = (code: number, over: { type?: string; code?: string; text?: string } = {}): Signal => ({
  ...{ kind: 'status', status: code, type: over.type ?? null, code: over.code ?? null },
  text: over.text ?? '',
});

it.each([
  [status(401), 'rejected'],
  [status(403, { type: 'permission_error' }), 'rejected'],
  [status(403, { code: 'account_deactivated' }), 'rejected'],
  // Filters in front of upstreams answer so to words of the prompt.
  [status(403, { text: '<html>blocked: "invalid_api_key" authentication_error</html>' }), null],
  [status(403, { code: 'unsupported_country_region_territory' }), null],
  [status(403, { code: 'model_not_found' }), null],
  // The account that a request names, not the credential.
  [status(401, { type: 'invalid_request_error', code: 'mismatched_organization' }), null],
  [status(401, { code: 'mismatched_project' }), null],
  [status(403, { type: 'invalid_request_error', code: 'missing_scope' }), null],
  // Moderation.
  [status(401, { type: 'content_policy_violation' }), null],
  [status(403, { code: '403', text: 'Your input was flagged for "hate".' }), null],
  [status(401, { text: 'Invalid API Key' }), 'rejected'],
  [status(401, { type: 'authentication_error', code: 'invalid_request_error' }), 'rejected'],
  [status(402), 'exhausted'],
  [status(429, { code: 'insufficient_quota' }), 'exhausted'],
  [status(429), null],
  [status(400, { type: 'authentication_error' }), null],
  [status(500, { type: 'authentication_error' }), null],
  [{ kind: 'connect' }, null],
  [{ kind: 'first_byte_timeout' }, null],
] as const)('%o: %s', (signal, kind) => {
  expect(complaintOf(signal, classify(signal, 'm'))).toBe(kind);
});

it('a model that the credential may not use is the model missing, not the credential refused', () => {
  expect(classify(status(403, { code: 'model_not_found' }), 'm').lesson).toBe('model_missing');
});
