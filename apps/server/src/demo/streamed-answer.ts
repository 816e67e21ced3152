// One streamed request through the relay, its text handed on as it comes.
import { z } from 'zod';

export const DEMO_BODY = {
  model: 'fake-claude',
  max_tokens: 256,
  stream: true,
  messages: [{ role: 'user', content: 'Say hello to the team.' }],
};

const textEventSchema = z.object({
  type: z.literal('content_block_delta'),
  delta: z.object({ type: z.literal('text_delta'), text: z.string() }),
});

/** Sends the demo's request; `onText` gets each piece. @throws Error when the answer is no stream of messages. */
export async function streamAnswer(
  options: { url: string; secret: string },
  onText: (text: string) => void,
): Promise<void> {
  const answer = await fetch(`${options.url}/v1/messages`, {
    method: 'POST',
    headers: { 'x-api-key': options.secret, 'content-type': 'application/json' },
    body: JSON.stringify(DEMO_BODY),
  });
  if (!answer.ok || !answer.body)
    throw new Error(`the relay answered ${answer.status}: ${await answer.text()}`);
  let rest = '';
  for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('data: ')) pushText(JSON.parse(line.slice('data: '.length)), onText);
    }
  }
}

function pushText(event: unknown, onText: (text: string) => void): void {
  const parsed = textEventSchema.safeParse(event);
  if (parsed.success) onText(parsed.data.delta.text);
}
