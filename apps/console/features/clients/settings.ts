// Ready settings for clients: the same relay, said in the words of each tool.
import type { CodeTab } from '@/components/code/code-block';

export type ClientFacts = {
  /** Address of this installation without a trailing slash, e.g. `https://relay.example.com`. */
  baseUrl: string;
  /** The secret, or a placeholder. */
  key: string;
  /** A model that answers Anthropic Messages, and one for OpenAI's protocols. */
  anthropicModel: string;
  openaiModel: string;
};

/** What stands for the secret where it is not known. */
export const KEY_PLACEHOLDER = 'sk-relay-…';

const curl = ({ baseUrl, key, anthropicModel }: ClientFacts) => `curl -N ${baseUrl}/v1/messages \\
  -H "x-api-key: ${key}" \\
  -H "anthropic-version: 2023-06-01" \\
  -H "content-type: application/json" \\
  -d '{
    "model": "${anthropicModel}",
    "max_tokens": 256,
    "stream": true,
    "messages": [{ "role": "user", "content": "Hello!" }]
  }'`;

const claudeCode = ({ baseUrl, key, anthropicModel }: ClientFacts) => `export ANTHROPIC_BASE_URL="${baseUrl}"
export ANTHROPIC_AUTH_TOKEN="${key}"
export ANTHROPIC_MODEL="${anthropicModel}"
claude`;

const codex = ({ baseUrl, key, openaiModel }: ClientFacts) => `# ~/.codex/config.toml
model = "${openaiModel}"
model_provider = "relay"

[model_providers.relay]
name = "relay"
base_url = "${baseUrl}/v1"
wire_api = "responses"
env_key = "RELAY_API_KEY"

# shell: export RELAY_API_KEY="${key}"`;

const python = ({ baseUrl, key, openaiModel }: ClientFacts) => `from openai import OpenAI

client = OpenAI(base_url="${baseUrl}/v1", api_key="${key}")

stream = client.chat.completions.create(
    model="${openaiModel}",
    messages=[{"role": "user", "content": "Hello!"}],
    stream=True,
)
for chunk in stream:
    print(chunk.choices[0].delta.content or "", end="")`;

const typescript = ({
  baseUrl,
  key,
  anthropicModel,
}: ClientFacts) => `import Anthropic from '@anthropic-ai/sdk';

const client = new Anthropic({ baseURL: '${baseUrl}', apiKey: '${key}' });

const stream = client.messages.stream({
  model: '${anthropicModel}',
  max_tokens: 256,
  messages: [{ role: 'user', content: 'Hello!' }],
});
for await (const event of stream) console.log(event);`;

/** One tab per client. */
export function clientSettings(facts: ClientFacts): CodeTab[] {
  return [
    { id: 'curl', label: 'curl', lang: 'shell', code: curl(facts) },
    { id: 'claude-code', label: 'Claude Code', lang: 'shell', code: claudeCode(facts) },
    { id: 'codex', label: 'Codex', lang: 'toml', code: codex(facts) },
    { id: 'python', label: 'Python', lang: 'python', code: python(facts) },
    { id: 'typescript', label: 'TypeScript', lang: 'typescript', code: typescript(facts) },
  ];
}
