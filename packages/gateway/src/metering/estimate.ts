// Guesses where nothing was counted: tokens before a request, and usage of an answer that reported none.
import { NO_USAGE, type Usage } from '@api-proxy/protocols/usage';
import { inputBound } from './input-bound.ts';

const BYTES_PER_TOKEN = 4;
/** Images travel as base64 and would be counted a hundredfold; no context holds much more than this. */
const LARGEST_INPUT = 200_000;

/** Input tokens a body of this many bytes may be. */
export function estimateInputTokens(bodyBytes: number): number {
  return Math.min(Math.ceil(bodyBytes / BYTES_PER_TOKEN), LARGEST_INPUT);
}

/** Input tokens that a body was when nobody reports them: never more than was held for it, of images only their number tells. */
export function estimateInput(body: Buffer): number {
  return Math.min(estimateInputTokens(body.length), inputBound(body));
}

export type Delivered = {
  /** As estimated on the body that was sent; asked for only where nothing was reported. */
  readonly inputTokens: () => number;
  /** As counted on the texts of the answer. */
  readonly outputTokens: number;
};

/** Fills in what a provider did not report; `reported` may hold the input side only (a stream that was cut). */
export function estimateUsage(reported: Usage | null, delivered: Delivered): Usage {
  const output = delivered.outputTokens;
  if (reported) return { ...reported, output: Math.max(reported.output, output), estimated: true };
  return { ...NO_USAGE, input: delivered.inputTokens(), output, estimated: true };
}
