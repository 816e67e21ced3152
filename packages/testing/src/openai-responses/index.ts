// OpenAI Responses, as the fake speaks it.
import { errorBody, errorStatus } from '../openai-wire/errors.ts';
import { headers } from '../openai-wire/headers.ts';
import type { WireProtocol } from '../wire.ts';
import { answer } from './answer.ts';
import { errorFrames, frames, PING } from './frames.ts';
import { parse } from './request.ts';

export const openaiResponses: WireProtocol = {
  name: 'openai-responses',
  parse,
  answer,
  frames,
  errorStatus,
  errorBody,
  errorFrames,
  ping: PING,
  headers,
};
