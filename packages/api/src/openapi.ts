// The OpenAPI 3.1 document of the control API, made from the contracts.
import { endpoints } from '@api-proxy/contracts/all';
import type { Endpoint } from '@api-proxy/contracts/endpoint';
import { apiError } from '@api-proxy/contracts/errors';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';

const JSON_TYPE = 'application/json';

function operationOf(endpoint: Endpoint): ZodOpenApiOperationObject {
  const { id, summary, access, params, query, body, output, errors } = endpoint;
  return {
    operationId: id,
    summary,
    tags: [id.split('.', 1)[0] ?? id],
    ...(access === 'anyone' ? { security: [] } : { description: `Least role: ${access}.` }),
    ...((params || query) && {
      requestParams: { ...(params && { path: asObject(params) }), ...(query && { query: asObject(query) }) },
    }),
    ...(body && { requestBody: { required: true, content: { [JSON_TYPE]: { schema: body } } } }),
    responses: {
      200: { description: 'Done', content: { [JSON_TYPE]: { schema: output } } },
      default: {
        description: ['A failure', ...(errors.length > 0 ? [`(also: ${errors.join(', ')})`] : [])].join(' '),
        content: { [JSON_TYPE]: { schema: apiError } },
      },
    },
  };
}

/** Parameters and queries of every endpoint are object schemas; the contracts' test reads their shape. */
function asObject(schema: NonNullable<Endpoint['params']>) {
  return schema as NonNullable<NonNullable<ZodOpenApiOperationObject['requestParams']>['path']>;
}

function pathsOf(list: readonly Endpoint[]): ZodOpenApiPathsObject {
  const paths: ZodOpenApiPathsObject = {};
  for (const endpoint of list) {
    paths[endpoint.path] = {
      ...paths[endpoint.path],
      [endpoint.method.toLowerCase()]: operationOf(endpoint),
    };
  }
  return paths;
}

/** The whole document, as a JSON value. */
export function openApiDocument(version: string) {
  return createDocument({
    openapi: '3.1.0',
    info: { title: 'api-proxy control API', version, license: { name: 'GPL-3.0-only' } },
    security: [{ session: [] }],
    paths: pathsOf(endpoints),
    components: {
      securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: 'api-proxy.session_token' } },
    },
  });
}
