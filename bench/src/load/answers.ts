// The bytes of every answer, made once: the upstream sends them, the generator compares with them.

export type Dialect = 'anthropic' | 'openai';

/** Digits of the number that makes each exchange's bytes its own. */
export const NONCE_DIGITS = 12;
const NONCE_HOLE = '0'.repeat(NONCE_DIGITS);

/** What the upstream reports, and so what a request costs. */
export const INPUT_TOKENS = 123;
export const JSON_OUTPUT_TOKENS = 32;

/** An answer's body with holes for the nonce. */
export type AnswerTemplate = {
  readonly bytes: Buffer;
  /** Where the nonce goes. */
  readonly holes: readonly number[];
  /** Ends of the events; one entry for a JSON body. */
  readonly ends: readonly number[];
  /** Index of the first event that carries text. */
  readonly firstToken: number;
};

const SENTENCE = 'The quick brown fox jumps over the lazy dog while a fixed answer of usual length is sent. ';

/** About 1 KB with its usage. */
export function jsonAnswer(dialect: Dialect): AnswerTemplate {
  const text = `${NONCE_HOLE} ${SENTENCE.repeat(7)}`;
  const value = dialect === 'anthropic' ? anthropicMessage(text) : openaiCompletion(text);
  const bytes = Buffer.from(JSON.stringify(value));
  return { bytes, holes: holesIn(bytes), ends: [bytes.length], firstToken: 0 };
}

function anthropicMessage(text: string): object {
  return {
    id: 'msg_bench0001',
    type: 'message',
    role: 'assistant',
    model: 'bench-upstream',
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { ...anthropicInput(), output_tokens: JSON_OUTPUT_TOKENS },
  };
}

function anthropicInput(): object {
  return { input_tokens: INPUT_TOKENS, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };
}

function openaiCompletion(content: string): object {
  return {
    id: 'chatcmpl-bench0001',
    object: 'chat.completion',
    created: 1_760_000_000,
    model: 'bench-upstream',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop', logprobs: null }],
    usage: openaiUsage(JSON_OUTPUT_TOKENS),
  };
}

function openaiUsage(output: number): object {
  return {
    prompt_tokens: INPUT_TOKENS,
    completion_tokens: output,
    total_tokens: INPUT_TOKENS + output,
    prompt_tokens_details: { cached_tokens: 0 },
  };
}

/** A stream of `events` text events, framed as each vendor frames it. */
export function streamAnswer(dialect: Dialect, events: number): AnswerTemplate {
  const frames = dialect === 'anthropic' ? anthropicFrames(events) : openaiFrames(events);
  const ends: number[] = [];
  let length = 0;
  for (const frame of frames) {
    length += Buffer.byteLength(frame);
    ends.push(length);
  }
  const bytes = Buffer.from(frames.join(''));
  return { bytes, holes: holesIn(bytes), ends, firstToken: dialect === 'anthropic' ? 2 : 1 };
}

function token(index: number): string {
  return ` ${NONCE_HOLE}-${String(index).padStart(5, '0')}`;
}

function anthropicFrames(events: number): string[] {
  const frame = (type: string, rest: object): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
  const message = { ...anthropicMessage(''), content: [], stop_reason: null };
  const usage = { ...anthropicInput(), output_tokens: 1 };
  const frames = [
    frame('message_start', { message: { ...message, usage } }),
    frame('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  ];
  for (let index = 0; index < events; index++) {
    frames.push(
      frame('content_block_delta', { index: 0, delta: { type: 'text_delta', text: token(index) } }),
    );
  }
  frames.push(
    frame('content_block_stop', { index: 0 }),
    frame('message_delta', {
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: events },
    }),
    frame('message_stop', {}),
  );
  return frames;
}

function openaiFrames(events: number): string[] {
  const head = {
    id: 'chatcmpl-bench0001',
    object: 'chat.completion.chunk',
    created: 1_760_000_000,
    model: 'bench-upstream',
  };
  const frame = (rest: object): string => `data: ${JSON.stringify({ ...head, ...rest })}\n\n`;
  const choice = (delta: object, finish_reason: string | null): object => ({
    choices: [{ index: 0, delta, finish_reason }],
    usage: null,
  });
  const frames = [frame(choice({ role: 'assistant', content: '' }, null))];
  for (let index = 0; index < events; index++) frames.push(frame(choice({ content: token(index) }, null)));
  frames.push(
    frame(choice({}, 'stop')),
    frame({ choices: [], usage: openaiUsage(events) }),
    'data: [DONE]\n\n',
  );
  return frames;
}

function holesIn(bytes: Buffer): number[] {
  const holes: number[] = [];
  let at = bytes.indexOf(NONCE_HOLE);
  while (at !== -1) {
    holes.push(at);
    at = bytes.indexOf(NONCE_HOLE, at + NONCE_DIGITS);
  }
  return holes;
}

/** The template's bytes with the nonce in every hole. */
export function fillAnswer(template: AnswerTemplate, nonce: string): Buffer {
  const bytes = Buffer.allocUnsafe(template.bytes.length);
  template.bytes.copy(bytes);
  for (const hole of template.holes) bytes.write(nonce, hole, NONCE_DIGITS, 'latin1');
  return bytes;
}

/** Templates by dialect and number of events (0: JSON), each made at its first use. */
export class AnswerBook {
  readonly #made = new Map<string, AnswerTemplate>();

  find(dialect: Dialect, events: number): AnswerTemplate {
    const name = `${dialect} ${events}`;
    const known = this.#made.get(name);
    if (known) return known;
    const template = events === 0 ? jsonAnswer(dialect) : streamAnswer(dialect, events);
    this.#made.set(name, template);
    return template;
  }
}
