// How often the provider's own tools ran for a Responses answer: its usage says nothing of them, its output does.
import { isRecord, parseJson } from '../json.ts';
import type { ServerTools } from '../usage.ts';

/** Output items of tools that run at the provider; what a client runs itself (functions, local shell, patches) is none. */
const TOOLS = ['web_search', 'file_search', 'code_interpreter', 'image_generation', 'mcp'] as const;
const NAMES = new Map<unknown, string>(TOOLS.map((tool) => [`${tool}_call`, tool]));
const MARKERS = TOOLS.map((tool) => Buffer.from(`"${tool}_call"`));

/** @param output the `output` list of a response. */
export function serverToolsOf(output: unknown): ServerTools | undefined {
  if (!Array.isArray(output)) return undefined;
  const counts: Record<string, number> = {};
  for (const item of output) {
    const name = isRecord(item) ? NAMES.get(item.type) : undefined;
    if (name !== undefined) counts[name] = (counts[name] ?? 0) + 1;
  }
  return Object.keys(counts).length === 0 ? undefined : counts;
}

/** The same of a whole body, which is parsed only where such a call stands in it. */
export function serverToolsIn(body: Buffer): ServerTools | undefined {
  if (!MARKERS.some((marker) => body.includes(marker))) return undefined;
  const answer = parseJson(body.toString());
  return isRecord(answer) ? serverToolsOf(answer.output) : undefined;
}
