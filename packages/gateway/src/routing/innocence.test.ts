// Promise: a client's bad requests never change any channel's state, whatever words of its own they are refused with.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HealthReport } from '../ports.ts';
import { classify, type Signal } from './classify.ts';
import { complaintOf } from './complaint.ts';
import { MemoryChannelHealth } from './health.ts';

const MODEL = 'm';

/** Words of failures that channels are blamed for; a client may put any of them where an error text repeats it. */
const WORDS = [
  ...['overloaded', 'Overloaded', 'at capacity', 'overloaded_error', 'billing_error', 'insufficient_quota'],
  ...['invalid_api_key', 'authentication_error', 'permission_error', 'model_not_found', 'DeploymentNotFound'],
  ...[MODEL, `model ${MODEL}`, `model: ${MODEL}`, 'model', 'model not found', `model '${MODEL}' not found`],
  `The model \`${MODEL}\` does not exist or you do not have access to it.`,
  'The service is overloaded, please try again later',
  'Your credit balance is too low to access the Anthropic API',
  'You exceeded your current quota, please check your plan and billing details.',
  'You have reached your specified API usage limits.',
  'This organization has been disabled.',
];
const word = fc.oneof(
  fc.constantFrom(...WORDS),
  fc.string(),
  fc
    .tuple(fc.constantFrom(...WORDS), fc.constantFrom('.', ' ', ': ', '": ', ', '), fc.string())
    .map((parts) => parts.join('')),
);

type Refusal = (word: string) => Signal;

function refusal(
  status: number,
  says: { type?: string; code?: string; text: (word: string) => string },
): Refusal {
  const { type = null, code = null, text } = says;
  return (word) => ({ kind: 'status', status, type, code, text: text(word) });
}

const INVALID = 'invalid_request_error';

/** How vendors refuse a request: quoted and not, at the start and at the end, names of fields and ids. */
const REFUSALS: readonly Refusal[] = [
  refusal(400, { type: INVALID, text: (said) => `${said}: Extra inputs are not permitted` }),
  refusal(400, { type: INVALID, text: (said) => `messages.0.${said}: Field required` }),
  refusal(400, {
    type: INVALID,
    text: (said) =>
      `messages.2.content.0: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${said}. Each must match.`,
  }),
  refusal(400, { type: INVALID, text: (said) => `Unrecognized request argument supplied: ${said}` }),
  refusal(400, { type: INVALID, code: 'unknown_parameter', text: (said) => `Unknown parameter: '${said}'.` }),
  refusal(400, { type: INVALID, text: (said) => `No tool output found for function call ${said}.` }),
  refusal(400, { type: INVALID, code: 'invalid_value', text: (said) => `Invalid value: '${said}'.` }),
  refusal(400, {
    type: INVALID,
    code: 'previous_response_not_found',
    text: (said) => `Previous response with id ${said} not found.`,
  }),
  refusal(400, { text: (said) => `${said} is not one of ["user", "assistant"]` }),
  refusal(400, { text: (said) => `json: unknown field ${said}` }),
  refusal(400, { code: 'content_filter', text: (said) => `${said}` }),
  refusal(422, { text: (said) => said }),
  refusal(413, { text: (said) => said }),
  refusal(404, { type: INVALID, text: (said) => `Conversation with id ${said} not found` }),
  refusal(404, { type: INVALID, code: 'model_not_found', text: () => 'The model `another` does not exist.' }),
  refusal(404, { type: 'not_found_error', text: (said) => `file: ${said} was not found` }),
  refusal(401, {
    type: INVALID,
    code: 'mismatched_organization',
    text: (said) => `No such organization: ${said}`,
  }),
  refusal(401, { type: 'content_policy_violation', text: (said) => said }),
  refusal(401, { text: (said) => `Your input was flagged by moderation: ${said}` }),
  refusal(403, { code: 'moderation_blocked', text: (said) => said }),
  refusal(403, { code: '403', text: (said) => `Your input was flagged for "${said}"` }),
  refusal(403, { code: 'unsupported_country_region_territory', text: (said) => said }),
  refusal(403, { text: (said) => `<html>blocked: ${said}</html>` }),
  refusal(502, { text: (said) => `prompt is too long: ${said}` }),
  refusal(500, { type: INVALID, text: (said) => `${said}: Extra inputs are not permitted` }),
  refusal(500, { code: 'context_length_exceeded', text: (said) => said }),
  (said) => ({
    kind: 'error_first',
    type: INVALID,
    code: null,
    text: `${said}: Extra inputs are not permitted`,
  }),
];
const bad = fc.tuple(fc.constantFrom(...REFUSALS), word).map(([refused, said]) => refused(said));

const HURT = ['success', 'failure', 'overloaded', 'rate_limited', 'key_rejected', 'model_missing'] as const;
const act = fc.record({ lesson: fc.constantFrom(...HURT), stepMs: fc.nat(100_000) });

describe("a client's bad request", () => {
  it('changes no state, and no complaint about a credential comes of it', () => {
    fc.assert(
      fc.property(
        fc.array(act, { maxLength: 8 }),
        fc.array(bad, { minLength: 1, maxLength: 8 }),
        (acts, requests) => {
          const [left, right] = [fresh(), fresh()];
          let nowMs = 0;
          for (const { lesson, stepMs } of acts) {
            nowMs += stepMs;
            for (const health of [left, right]) health.report({ ...REPORT, lesson, nowMs });
          }
          for (const signal of requests) {
            const verdict = classify(signal, MODEL);
            left.report({ ...REPORT, lesson: verdict.lesson, nowMs });
            expect(complaintOf(signal, verdict)).toBeNull();
          }
          expect(left.memoOf('k')).toEqual(right.memoOf('k'));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it.each(WORDS)('in which stands %s teaches nothing, however it is refused', (said) => {
    for (const refused of REFUSALS) {
      const signal = refused(said);
      expect(classify(signal, MODEL).lesson, JSON.stringify(signal)).toBe('nothing');
    }
  });
});

const REPORT = {
  channelId: 'c',
  channelKeyId: 'k',
  upstreamModel: MODEL,
  retryAfterMs: null,
  beganMs: 0,
  probe: null,
} satisfies Partial<HealthReport>;

function fresh(): MemoryChannelHealth {
  return new MemoryChannelHealth(
    () => ({ minMs: 1_000, maxMs: 60_000 }),
    () => 0.5,
  );
}
