// What an upstream's opening says: null when it is an answer, else the signal for the failure table.
import type { Dialect } from '@api-proxy/protocols/dialect';
import { carriesContent, eventData, nextEventEnd } from '@api-proxy/protocols/sse';
import type { Signal } from '../routing/classify.ts';
import type { Opening } from '../upstream/upstream-call.ts';

/** An error text is looked at, and kept, only this far: upstreams echo whole requests. */
const LOOKED_AT = 4_096;

export function signalOf(opening: Opening, dialect: Dialect): Signal | null {
  switch (opening.kind) {
    case 'failure':
      if (opening.cause === 'connect') return { kind: 'connect', why: opening.message };
      return opening.cause === 'aborted' ? { kind: 'reset' } : { kind: opening.cause };
    case 'rejection': {
      const body = opening.body.toString();
      const error = dialect.readError(body);
      const text = (error?.message ?? body).slice(0, LOOKED_AT);
      return {
        kind: 'status',
        status: opening.status,
        type: error?.type ?? null,
        code: error?.code ?? null,
        text,
      };
    }
    case 'answer':
      return opening.stream ? inStream(opening.first, dialect) : inBody(opening, dialect);
  }
}

/** The first event that is no keep-alive; an upstream that sent nothing else has not answered. */
function inStream(first: Buffer, dialect: Dialect): Signal | null {
  for (let at = 0; at < first.length; ) {
    const end = nextEventEnd(first, at);
    const event = first.subarray(at, end);
    if (carriesContent(event) && !isEnd(event)) {
      return event.includes('"error"') ? errorIn(eventData(event), dialect) : null;
    }
    at = end;
  }
  return { kind: 'empty' };
}

/** Where an OpenAI stream ends; before anything else it is the end of nothing. */
const DONE = 'data: [DONE]';
const LONGEST_DONE = 32;

function isEnd(event: Buffer): boolean {
  return event.length <= LONGEST_DONE && event.includes(DONE);
}

/** A body that says nothing: none, or an object or list with nothing in it. */
const NOTHING = /^\s*(?:\{\s*\}|\[\s*\]|null)?\s*$/;
const LONGEST_NOTHING = 64;

function isPage(contentType: string | string[] | undefined): boolean {
  return typeof contentType === 'string' && contentType.trimStart().toLowerCase().startsWith('text/html');
}

function inBody(opening: Extract<Opening, { kind: 'answer' }>, dialect: Dialect): Signal | null {
  if (opening.ended && opening.first.length <= LONGEST_NOTHING && NOTHING.test(opening.first.toString()))
    return { kind: 'empty' };
  // A site's page: the address of the channel is not that of an API.
  if (isPage(opening.headers['content-type'])) return { kind: 'unreadable' };
  // An error body is short; an answer that merely mentions the word is not parsed.
  if (!opening.ended || opening.first.length > 16_384 || !opening.first.includes('"error"')) return null;
  const text = opening.first.toString();
  return /"error"\s*:\s*[{"]/.test(text) ? errorIn(text, dialect) : null;
}

function errorIn(json: string, dialect: Dialect): Signal | null {
  const error = dialect.readError(json);
  if (!error) return null;
  return { kind: 'error_first', type: error.type, code: error.code, text: error.message.slice(0, LOOKED_AT) };
}
