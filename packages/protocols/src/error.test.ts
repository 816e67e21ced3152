// Promise: failures have the shape of the caller's dialect, and upstream errors of every recorded shape are understood.
import { describe, expect, it } from 'vitest';
import { PROTOCOLS } from './protocol.ts';
import { recordings } from './recordings.ts';
import { DIALECTS } from './registry.ts';

const fault = {
  status: 404,
  code: 'model_unknown',
  message: 'No such model.',
  param: null,
  requestId: 'req_1',
};

it('Anthropic', () => {
  const error = { type: 'not_found_error', message: 'No such model.' };
  const dialect = DIALECTS['anthropic-messages'];
  expect(JSON.parse(dialect.renderError(fault))).toEqual({ type: 'error', error, request_id: 'req_1' });
  expect(dialect.renderErrorEvent(fault)).toMatch(/^event: error\ndata: \{.*\}\n\n$/);
});

it.each(['openai-chat', 'openai-responses', 'openai-embeddings'] as const)('%s', (protocol) => {
  const error = {
    message: 'No such model.',
    type: 'invalid_request_error',
    param: null,
    code: 'model_not_found',
  };
  expect(JSON.parse(DIALECTS[protocol].renderError(fault))).toEqual({ error });
});

it('an error event of Responses has its type in the data', () => {
  const event = DIALECTS['openai-responses'].renderErrorEvent(fault);
  expect(JSON.parse(event.split('data: ')[1] ?? '')).toMatchObject({
    type: 'error',
    code: 'model_not_found',
  });
});

describe.each(PROTOCOLS)('recorded %s errors', (protocol) => {
  it.each(recordings(protocol, 'err').map((recording) => [recording.name, recording.bytes] as const))(
    '%s',
    (_name, bytes) => {
      expect(DIALECTS[protocol].readError(bytes.toString())?.message).toMatch(/\w/);
    },
  );

  it('an answer is no error', () => {
    for (const { name, bytes } of recordings(protocol, 'json')) {
      if (name.includes('content-filtering')) continue; // Azure's refusal, recorded among the answers.
      expect(DIALECTS[protocol].readError(bytes.toString())).toBeNull();
    }
  });
});

it('an error event in a recorded stream is seen', () => {
  const failed = recordings('openai-responses', 'sse').find((recording) =>
    recording.name.includes('error-1'),
  );
  const meter = DIALECTS['openai-responses'].createMeter({ dropUsageChunk: false });
  for (const event of (failed?.bytes.toString() ?? '').split(/(?<=\n\n)/)) meter.event(Buffer.from(event));
  expect(meter.error).toMatchObject({ code: 'insufficient_quota' });
});
