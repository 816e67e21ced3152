// Joins an endpoint with its verb: who calls, what was sent, what comes back.
import type { Access, Endpoint } from '@api-proxy/contracts/endpoint';
import type { Role } from '@api-proxy/contracts/enums';
import { AppError } from '@api-proxy/kit/error';
import type { SessionAnswer, Sessions } from '@api-proxy/services/auth/sessions';
import { requireActor } from '@api-proxy/services/authorise';
import type { Asked, ReadPorts } from '@api-proxy/services/context';
import type { ApiContext } from './environment.ts';
import { type ParsedParts, readInput } from './input.ts';

export type VerbDeps<Ports extends ReadPorts> = { ports: Ports; auth: Sessions };

/** A verb whose input and output types were set aside; see `untyped`. */
export type AnyVerb<Ports> = (context: Ports & Asked, input: ParsedParts) => Promise<unknown>;

/**
 * Sets the types of a verb aside so that all of them can be called by one loop.
 * Holds because `readInput` parses exactly the parts of the endpoint that the tables `verbs` and `reads` join with this verb.
 */
export function untyped<Ports>(
  verb: (context: Ports & Asked, input: never) => Promise<unknown>,
): AnyVerb<Ports> {
  return verb as AnyVerb<Ports>;
}

const LEAST: Record<Exclude<Access, 'anyone'>, Role> = {
  user: 'user',
  admin: 'admin',
  super_admin: 'super_admin',
};

async function sessionOf(
  context: ApiContext,
  { auth, ports }: VerbDeps<ReadPorts>,
): Promise<SessionAnswer | null> {
  return context.req.header('cookie') ? auth.session(context.req.raw.headers, ports.clock.nowMs()) : null;
}

function asked(context: ApiContext, session: SessionAnswer | null): Asked {
  const url = new URL(context.req.url);
  const ip = context.env.clientIp || null;
  return {
    actor: session && { ...session.user, ip },
    requestOrigin: `${url.protocol}//${context.req.header('host') ?? url.host}`,
    callerIp: ip,
  };
}

/** What leaves is what the contract names: anything more is cut off, anything less is our fault. */
function shaped(endpoint: Endpoint, result: unknown): unknown {
  const output = endpoint.output.safeParse(result);
  if (output.success) return output.data;
  throw new AppError({
    code: 'internal',
    status: 500,
    message: 'Something went wrong on the server.',
    cause: output.error,
  });
}

/** Answers one request by its verb. The role is checked before the input is read, and again by the verb itself. */
export async function callVerb<Ports extends ReadPorts>(
  context: ApiContext,
  { endpoint, verb, deps }: { endpoint: Endpoint; verb: AnyVerb<Ports>; deps: VerbDeps<Ports> },
): Promise<Response> {
  const session = endpoint.access === 'anyone' ? null : await sessionOf(context, deps);
  const inside = { ...deps.ports, ...asked(context, session) };
  if (endpoint.access !== 'anyone') requireActor(inside, LEAST[endpoint.access]);
  const result = await verb(inside, await readInput(endpoint, context));
  const response = Response.json(shaped(endpoint, result));
  for (const cookie of session?.cookies ?? []) response.headers.append('set-cookie', cookie);
  return response;
}
