// The tie of one request to the channel key that serves its conversation.
import { responseIdIn } from '@api-proxy/protocols/openai-responses/response-id';
import type { Call } from '../call.ts';
import type { Exchange } from '../exchange.ts';
import type { Affinity, Binding, Caller } from '../ports.ts';
import type { Candidate, Route } from '../routing/route.ts';
import { responseName, sessionName } from '../routing/session.ts';
import { type Patience, patienceOf } from '../snapshot.ts';
import type { Answer } from './try-once.ts';

export type BondInput = {
  readonly exchange: Exchange;
  readonly caller: Caller;
  readonly call: Call;
  readonly affinity: Affinity;
};

export class Bond {
  readonly #affinity: Affinity;
  readonly #userId: string;
  readonly #call: Call;
  readonly #patience: Patience;
  /** Null: nothing ties this request to others. */
  readonly #name: string | null;
  #binding: Binding | null = null;

  constructor({ exchange, caller, call, affinity }: BondInput) {
    const { headers } = exchange.req;
    this.#affinity = affinity;
    this.#userId = caller.user.id;
    this.#call = call;
    this.#patience = patienceOf(exchange.snapshot);
    this.#name =
      exchange.endpoint.operation === 'generate'
        ? sessionName({ userId: this.#userId, headers, call })
        : null;
  }

  /** The bound candidate when it may be tried now. Asked anew after a failure, as another request may have moved the binding. */
  async preferred(route: Route, nowMs: () => number): Promise<Candidate | null> {
    if (this.#name === null) return null;
    const answer = this.#affinity.get(this.#name);
    this.#binding = answer instanceof Promise ? await answer : answer;
    return this.known(route, nowMs());
  }

  /** As {@link preferred}, by what is known already. */
  known(route: Route, nowMs: number): Candidate | null {
    return this.#binding ? route.bound(this.#binding, nowMs) : null;
  }

  /** A candidate is about to be tried: the first one binds, so that parallel requests of a new conversation meet there. */
  trying(candidate: Candidate): void {
    if (this.#binding === null) this.#bind(candidate);
  }

  /** A candidate answered: the binding lasts longer, or moves; not away from a channel that was merely busy. */
  answered(candidate: Candidate, route: Route, answer: Answer): void {
    this.#rememberResponse(candidate, answer);
    const bound = this.#binding;
    if (bound !== null && bound.channelKeyId !== candidate.key.id && route.wasBusy(bound.channelId)) return;
    this.#bind(candidate);
  }

  #bind(candidate: Candidate): void {
    if (this.#name === null) return;
    this.#binding = bindingOf(candidate);
    // A chain is bound by each response in it; the one that is continued must not be forgotten sooner for that.
    const continues = this.#name === this.#previousName();
    const { affinityMs, storedResponseMs } = this.#patience;
    this.#affinity.bind(this.#name, this.#binding, continues ? storedResponseMs : affinityMs);
  }

  #previousName(): string | null {
    const previousId = this.#call.chain?.previousId;
    return previousId ? responseName(this.#userId, previousId) : null;
  }

  #rememberResponse(candidate: Candidate, { first, stream }: Answer): void {
    if (!this.#call.chain?.stored) return;
    const id = responseIdIn(first, stream);
    if (id === null) return;
    const name = responseName(this.#userId, id);
    this.#affinity.bind(name, bindingOf(candidate), this.#patience.storedResponseMs);
  }
}

function bindingOf({ option, key }: Candidate): Binding {
  return { channelId: option.channel.id, channelKeyId: key.id };
}
