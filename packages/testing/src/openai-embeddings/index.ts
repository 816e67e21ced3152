// OpenAI Embeddings, as the fake speaks it: never streamed.
import { errorBody, errorStatus } from '../openai-wire/errors.ts';
import { headers } from '../openai-wire/headers.ts';
import type { WireProtocol } from '../wire.ts';
import { answer } from './answer.ts';
import { parse } from './request.ts';

export const openaiEmbeddings: WireProtocol = {
  name: 'openai-embeddings',
  parse,
  answer,
  frames: () => [],
  errorStatus,
  errorBody,
  errorFrames: () => [],
  ping: '',
  headers,
};
