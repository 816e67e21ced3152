// One request in each of the three protocols, and the stream that answers it.
import type { CodeLang } from '@/components/code/code-block';
import { KEY_PLACEHOLDER } from '@/features/clients/settings';

export type Example = {
  id: string;
  label: string;
  path: string;
  lang: CodeLang;
  request: string;
  events: readonly string[];
};

const WORDS = ['Light ', 'waits ', 'in ', 'the ', 'wires—', '\\n', 'one ', 'address, ', 'many ', 'voices.'];

function curl(baseUrl: string, path: string, body: string): string {
  return `curl -N ${baseUrl}${path} \\\n  -H "authorization: Bearer ${KEY_PLACEHOLDER}" \\\n  -H "content-type: application/json" \\\n  -d '${body}'`;
}

/** @param baseUrl address of this installation without a trailing slash */
export function examples(baseUrl: string): Example[] {
  return [
    {
      id: 'anthropic-messages',
      label: 'Anthropic Messages',
      path: '/v1/messages',
      lang: 'shell',
      request: curl(
        baseUrl,
        '/v1/messages',
        '{"model":"claude-sonnet-4-5","max_tokens":64,"stream":true,\n       "messages":[{"role":"user","content":"A haiku about relays"}]}',
      ),
      events: [
        'event: message_start',
        ...WORDS.map(
          (word) => `data: {"type":"content_block_delta","delta":{"type":"text_delta","text":"${word}"}}`,
        ),
        'data: {"type":"message_delta","usage":{"output_tokens":19}}',
        'event: message_stop',
      ],
    },
    {
      id: 'openai-chat',
      label: 'Chat Completions',
      path: '/v1/chat/completions',
      lang: 'shell',
      request: curl(
        baseUrl,
        '/v1/chat/completions',
        '{"model":"gpt-5","stream":true,\n       "messages":[{"role":"user","content":"A haiku about relays"}]}',
      ),
      events: [
        ...WORDS.map((word) => `data: {"choices":[{"index":0,"delta":{"content":"${word}"}}]}`),
        'data: {"choices":[],"usage":{"completion_tokens":19}}',
        'data: [DONE]',
      ],
    },
    {
      id: 'openai-responses',
      label: 'Responses',
      path: '/v1/responses',
      lang: 'shell',
      request: curl(
        baseUrl,
        '/v1/responses',
        '{"model":"gpt-5","stream":true,\n       "input":"A haiku about relays"}',
      ),
      events: [
        'event: response.created',
        ...WORDS.map((word) => `data: {"type":"response.output_text.delta","delta":"${word}"}`),
        'event: response.completed',
      ],
    },
  ];
}
