// Anthropic Messages, as the fake speaks it.
import type { WireProtocol } from '../wire.ts';
import { answer } from './answer.ts';
import { errorBody, errorFrames, errorStatus } from './errors.ts';
import { frames, PING } from './frames.ts';
import { headers } from './headers.ts';
import { parse } from './request.ts';

export const anthropicMessages: WireProtocol = {
  name: 'anthropic-messages',
  parse,
  answer,
  frames,
  errorStatus,
  errorBody,
  errorFrames,
  ping: PING,
  headers,
};
