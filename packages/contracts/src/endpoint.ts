// How an endpoint of the control API is described: once, for the server, the console's client and the OpenAPI document.
import type { z } from 'zod';

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

/** Who may call: `anyone` needs no session; the others are the least role. */
export type Access = 'anyone' | 'user' | 'admin' | 'super_admin';

type Shape = z.ZodType | undefined;

export type Endpoint<
  Params extends Shape = Shape,
  Query extends Shape = Shape,
  Body extends Shape = Shape,
  Output extends z.ZodType = z.ZodType,
  Id extends string = string,
> = {
  /** Unique, dotted: entity and verb, e.g. `channels.create`. */
  id: Id;
  method: Method;
  /** Absolute, parameters in braces, e.g. `/api/channels/{channelId}`. */
  path: string;
  summary: string;
  access: Access;
  params: Params;
  query: Query;
  body: Body;
  output: Output;
  /** Codes (see errors.ts) that this endpoint can answer beyond the ones every endpoint can. */
  errors: readonly string[];
};

type Definition<P extends Shape, Q extends Shape, B extends Shape, O extends z.ZodType, Id extends string> = {
  id: Id;
  method: Method;
  path: string;
  summary: string;
  access: Access;
  params?: P;
  query?: Q;
  body?: B;
  output: O;
  errors?: readonly string[];
};

/** Describes one endpoint; what is left out of `params`, `query` and `body` must not be sent. */
export function endpoint<
  O extends z.ZodType,
  P extends Shape = undefined,
  Q extends Shape = undefined,
  B extends Shape = undefined,
  const Id extends string = string,
>(definition: Definition<P, Q, B, O, Id>): Endpoint<P, Q, B, O, Id> {
  const { params, query, body, errors = [], ...rest } = definition;
  // An absent part is typed `undefined` by the defaults above, which is exactly its value here.
  return { ...rest, params: params as P, query: query as Q, body: body as B, errors };
}

type Given<S> = S extends z.ZodType ? z.input<S> : never;
type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;
type Field<Name extends string, S> = S extends z.ZodType ? { [K in Name]: Given<S> } : unknown;

/** What a caller hands over: only the parts that the endpoint has. */
export type InputOf<E extends Endpoint> = Field<'params', E['params']> &
  (E['query'] extends z.ZodType ? { query?: Given<E['query']> } : unknown) &
  Field<'body', E['body']>;

/** What the server's handler receives after parsing. */
export type ParsedInputOf<E extends Endpoint> = {
  params: Parsed<E['params']>;
  query: Parsed<E['query']>;
  body: Parsed<E['body']>;
};

export type OutputOf<E extends Endpoint> = z.output<E['output']>;
