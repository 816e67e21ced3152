// Well-known upstream addresses, offered while a channel is being added.
import type { ChannelType } from '@api-proxy/contracts/enums';

export type Preset = { name: string; baseUrl: string };

/** By family of API; the first is what a new channel starts with. */
export const PRESETS: Record<ChannelType, readonly Preset[]> = {
  claude: [
    { name: 'Anthropic', baseUrl: 'https://api.anthropic.com' },
    { name: 'DeepSeek', baseUrl: 'https://api.deepseek.com/anthropic' },
    { name: 'Kimi', baseUrl: 'https://api.moonshot.cn/anthropic' },
    { name: 'GLM', baseUrl: 'https://open.bigmodel.cn/api/anthropic' },
  ],
  openai: [
    { name: 'OpenAI', baseUrl: 'https://api.openai.com/v1' },
    { name: 'OpenRouter', baseUrl: 'https://openrouter.ai/api/v1' },
    { name: 'DeepSeek', baseUrl: 'https://api.deepseek.com/v1' },
    { name: 'Kimi', baseUrl: 'https://api.moonshot.cn/v1' },
    { name: 'GLM', baseUrl: 'https://open.bigmodel.cn/api/paas/v4' },
    { name: 'Qwen', baseUrl: 'https://dashscope.aliyuncs.com/compatible-mode/v1' },
    { name: 'xAI', baseUrl: 'https://api.x.ai/v1' },
    { name: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1' },
  ],
};

/** Whether an address is one of the presets, of any family: then it may be replaced without asking. */
export function isPreset(baseUrl: string): boolean {
  return [...PRESETS.claude, ...PRESETS.openai].some((preset) => preset.baseUrl === baseUrl);
}
