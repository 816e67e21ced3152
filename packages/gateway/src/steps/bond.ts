// The tie of one request to the channel key that serves its conversation.
import { responseIdIn } from '@api-proxy/protocols/openai-responses/response-id';
import type { Call } from '../call.ts';
import type { Exchange } from '../exchange.ts';
import type { Affinity, Binding, Caller, Maybe } from '../ports.ts';
import type { Candidate, Route } from '../routing/route.ts';
import { drawsOf, responseName, type Session, sessionOf } from '../routing/session.ts';
import { type Patience, patienceOf } from '../snapshot.ts';
import type { Answer } from './try-once.ts';

export type BondInput = {
  readonly exchange: Exchange;
  readonly caller: Caller;
  readonly call: Call;
};

export type BondDeps = {
  readonly affinity: Affinity;
  /** Which channel key made a stored response. */
  readonly makers: Affinity;
};

export class Bond {
  readonly #deps: BondDeps;
  readonly #input: BondInput;
  readonly #patience: Patience;
  /** Undefined: not worked out yet; null: nothing ties this request to others. */
  #tie: Session | null | undefined;
  /** Of a look whose answer nobody has used yet. */
  #ahead: Maybe<Binding | null> | undefined;
  #binding: Binding | null = null;

  constructor(input: BondInput, deps: BondDeps) {
    this.#input = input;
    this.#deps = deps;
    this.#patience = patienceOf(input.exchange.snapshot);
  }

  /** How to draw a channel for it; undefined: by chance. Parallel firsts of a conversation meet, whichever workers they reach. */
  draws(): (() => number) | undefined {
    const tie = this.#tied();
    return tie?.begins ? drawsOf(tie) : undefined;
  }

  /** Starts to look for the binding. @returns it when it is known at once. */
  look(): Binding | null {
    this.#ahead = this.find();
    return this.#ahead instanceof Promise ? null : this.#ahead;
  }

  /** The bound candidate when it may be tried now. Asked anew after a failure, as another request may have moved the binding. */
  preferred(route: Route, nowMs: () => number): Maybe<Candidate | null> {
    if (route.keys <= 1) return null;
    const answer = this.#ahead === undefined ? this.find() : this.#ahead;
    this.#ahead = undefined;
    if (answer instanceof Promise) {
      return answer.then((binding) => {
        this.#binding = binding;
        return this.known(route, nowMs());
      });
    }
    this.#binding = answer;
    return this.known(route, nowMs());
  }

  /** As {@link preferred}, by what is known already. */
  known(route: Route, nowMs: number): Candidate | null {
    return this.#binding ? route.bound(this.#binding, nowMs) : null;
  }

  /**
   * A candidate is about to be tried: the first one binds, so that parallel requests of a new conversation meet there.
   * Where there is one key to go to, nothing is bound.
   */
  trying(candidate: Candidate, route: Route): void {
    if (this.#binding === null && route.keys > 1) this.#bind(candidate);
  }

  /**
   * A candidate answered: the binding lasts longer, or moves; not away from a channel that was merely busy, and not where
   * another request of the conversation has moved it meanwhile.
   */
  answered(candidate: Candidate, route: Route, answer: Answer): void {
    this.#rememberResponse(candidate, answer);
    if (route.keys <= 1) return;
    const bound = this.#binding;
    if (bound !== null && bound.channelKeyId !== candidate.key.id && route.wasBusy(bound.channelId)) return;
    const now = this.find();
    // What this worker does not know at once, nobody has moved lately.
    if (now !== null && !(now instanceof Promise) && now.channelKeyId !== bound?.channelKeyId) return;
    this.#bind(candidate);
  }

  /**
   * The binding as it is now; null when there is none. Of a conversation that begins only this worker is asked: another one
   * that had the very same request drew alike.
   */
  find(): Maybe<Binding | null> {
    const tie = this.#tied();
    if (tie === null) return null;
    const { affinity, makers } = this.#deps;
    if (tie.kind === 'response') return makers.get(tie.name);
    return tie.begins && affinity.known ? affinity.known(tie.name) : affinity.get(tie.name);
  }

  #tied(): Session | null {
    if (this.#tie === undefined) this.#tie = tieOf(this.#input);
    return this.#tie;
  }

  /** A response stays with its maker, whoever answers what continues it: that one makes a response of its own. */
  #bind(candidate: Candidate): void {
    const tie = this.#tied();
    if (tie === null) return;
    this.#binding = bindingOf(candidate);
    if (tie.kind === 'conversation')
      this.#deps.affinity.bind(tie.name, this.#binding, this.#patience.affinityMs);
  }

  #rememberResponse(candidate: Candidate, { first, stream }: Answer): void {
    const { call, caller } = this.#input;
    if (!call.chain?.stored) return;
    const id = responseIdIn(first, stream);
    if (id === null) return;
    const name = responseName(caller.user.id, id);
    this.#deps.makers.bind(name, bindingOf(candidate), this.#patience.storedResponseMs);
  }
}

function tieOf({ exchange, caller, call }: BondInput): Session | null {
  if (exchange.endpoint.operation !== 'generate') return null;
  return sessionOf({ userId: caller.user.id, headers: exchange.req.headers, call });
}

function bindingOf({ option, key }: Candidate): Binding {
  return { channelId: option.channel.id, channelKeyId: key.id };
}
