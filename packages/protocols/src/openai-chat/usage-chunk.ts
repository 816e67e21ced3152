// The usage chunk of a Chat stream, written by the relay where the upstream ignored the client's wish for one.
import { isRecord, parseJson } from '../json.ts';
import { eventData } from '../sse.ts';
import type { Usage } from '../usage.ts';

/** @param like an event of the same stream, which lends its id, model and time. */
export function usageChunk(like: Buffer | null, usage: Usage): Buffer {
  const data = like === null ? undefined : parseJson(eventData(like));
  const { id = null, created = 0, model = '' } = isRecord(data) ? data : {};
  const prompt = usage.input + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h;
  const chunk = {
    ...{ id, object: 'chat.completion.chunk', created, model, choices: [] },
    usage: {
      prompt_tokens: prompt,
      completion_tokens: usage.output,
      total_tokens: prompt + usage.output,
    },
  };
  return Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`);
}
