// Joins an endpoint with its verb: who calls, what was sent, what comes back.
import type { Access, Endpoint } from '@api-proxy/contracts/endpoint';
import type { Role } from '@api-proxy/contracts/enums';
import { AppError } from '@api-proxy/kit/error';
import type { Auth, SessionAnswer } from '@api-proxy/services/auth/auth';
import { requireActor } from '@api-proxy/services/authorise';
import type { Context, ServicePorts } from '@api-proxy/services/context';
import type { ApiContext } from './environment.ts';
import { type ParsedParts, readInput } from './input.ts';

export type VerbDeps = { ports: ServicePorts; auth: Auth };

/** A verb whose input and output types were set aside; see `untyped`. */
export type AnyVerb = (context: Context, input: ParsedParts) => Promise<unknown>;

/**
 * Sets the types of a verb aside so that all of them can be called by one loop.
 * Holds because `readInput` parses exactly the parts of the endpoint that the table `verbs` joins with this verb.
 */
export function untyped(verb: (context: Context, input: never) => Promise<unknown>): AnyVerb {
  return verb as AnyVerb;
}

const LEAST: Record<Exclude<Access, 'anyone'>, Role> = {
  user: 'user',
  admin: 'admin',
  super_admin: 'super_admin',
};

async function sessionOf(context: ApiContext, { auth, ports }: VerbDeps): Promise<SessionAnswer | null> {
  return context.req.header('cookie') ? auth.session(context.req.raw.headers, ports.clock.nowMs()) : null;
}

function verbContext(context: ApiContext, deps: VerbDeps, session: SessionAnswer | null): Context {
  const url = new URL(context.req.url);
  const ip = context.env.clientIp || null;
  return {
    ...deps.ports,
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
export async function callVerb(
  context: ApiContext,
  { endpoint, verb, deps }: { endpoint: Endpoint; verb: AnyVerb; deps: VerbDeps },
): Promise<Response> {
  const session = endpoint.access === 'anyone' ? null : await sessionOf(context, deps);
  const inside = verbContext(context, deps, session);
  if (endpoint.access !== 'anyone') requireActor(inside, LEAST[endpoint.access]);
  const result = await verb(inside, await readInput(endpoint, context));
  const response = Response.json(shaped(endpoint, result));
  for (const cookie of session?.cookies ?? []) response.headers.append('set-cookie', cookie);
  return response;
}
