// The form of every verb: a function of context and parsed input that gives what its contract promises.
import type { Endpoint, OutputOf, ParsedInputOf } from '@api-proxy/contracts/endpoint';
import type { Context, ReadContext } from './context.ts';

type Part<Name extends string, Value> = Value extends undefined ? unknown : { [K in Name]: Value };

/** The parsed parts that the endpoint has: `params`, `query`, `body`. */
export type VerbInput<E extends Endpoint> = Part<'params', ParsedInputOf<E>['params']> &
  Part<'query', ParsedInputOf<E>['query']> &
  Part<'body', ParsedInputOf<E>['body']>;

/** Authorises itself, throws AppError, and answers in the shape of the contract. */
export type Verb<E extends Endpoint> = (context: Context, input: VerbInput<E>) => Promise<OutputOf<E>>;

/** A verb that reads the database and nothing else of the running server. */
export type ReadVerb<E extends Endpoint> = (
  context: ReadContext,
  input: VerbInput<E>,
) => Promise<OutputOf<E>>;
