// The parsed client request: what the steps after reading work with.
import type { RequestFacts } from '@api-proxy/protocols/request';

export type Call = RequestFacts & {
  /** Decoded body, exactly as the client wrote it; empty once it was let go. */
  body: Buffer;
  /** What its input was estimated at when it was let go. */
  inputTokens?: number;
};

/** The most output tokens that the request itself allows, over all the answers it asks for; null: it names no limit. */
export function allowedOutput({
  maxOutputTokens,
  choices = 1,
}: Pick<Call, 'maxOutputTokens' | 'choices'>): number | null {
  return maxOutputTokens === null ? null : maxOutputTokens * choices;
}
