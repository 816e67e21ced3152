// Reads the parts of a request that an endpoint declares, and checks them against its contract.
import type { Endpoint } from '@api-proxy/contracts/endpoint';
import { AppError } from '@api-proxy/kit/error';
import type { z } from 'zod';
import type { ApiContext } from './environment.ts';

type Part = 'params' | 'query' | 'body';
type Field = { path: string; message: string };

export type ParsedParts = { params?: unknown; query?: unknown; body?: unknown };

function refused(fields: readonly Field[]): AppError {
  const first = fields[0];
  return new AppError({
    code: 'invalid_input',
    status: 400,
    message: first ? `${first.path}: ${first.message}` : 'The request is not valid.',
    details: { fields },
  });
}

/** A field that the contract does not name is reported under its own name. */
function fieldsOf(part: Part, error: z.ZodError): Field[] {
  return error.issues.flatMap((issue) => {
    const path = [part, ...issue.path].join('.');
    if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }];
    return issue.keys.map((key) => ({ path: `${path}.${key}`, message: 'is not accepted here' }));
  });
}

async function jsonBody(context: ApiContext): Promise<unknown> {
  const type = context.req.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw new AppError({
      code: 'unsupported_media_type',
      status: 415,
      message: 'The body must be JSON: send content-type: application/json.',
    });
  }
  const text = await context.req.text();
  try {
    return JSON.parse(text);
  } catch {
    throw refused([{ path: 'body', message: 'is not valid JSON' }]);
  }
}

/**
 * Gives only the parts that the endpoint has.
 * @throws AppError `invalid_input` (400) naming every wrong field, `unsupported_media_type` (415).
 */
export async function readInput(endpoint: Endpoint, context: ApiContext): Promise<ParsedParts> {
  const parts: ParsedParts = {};
  const fields: Field[] = [];
  const check = (part: Part, schema: z.ZodType, value: unknown) => {
    const result = schema.safeParse(value);
    if (result.success) parts[part] = result.data;
    else fields.push(...fieldsOf(part, result.error));
  };
  if (endpoint.params) check('params', endpoint.params, context.req.param());
  if (endpoint.query) check('query', endpoint.query, context.req.query());
  if (endpoint.body) check('body', endpoint.body, await jsonBody(context));
  if (fields.length > 0) throw refused(fields);
  return parts;
}
