// Failures as answers: the one place where an error of the control API becomes JSON.
import { AppError, messageOf } from '@api-proxy/kit/error';
import type { Logger } from '@api-proxy/kit/logger';

const SERVER_FAULT = 500;

/** The answer for whatever was thrown; texts of unexpected errors stay in the log. */
export function errorResponse(
  thrown: unknown,
  { logger, requestId }: { logger: Logger; requestId: string },
): Response {
  if (!(thrown instanceof AppError)) {
    logger.error({ requestId, err: thrown }, `request failed: ${messageOf(thrown)}`);
    return jsonError({
      code: 'internal',
      status: SERVER_FAULT,
      message: 'Something went wrong on the server.',
    });
  }
  if (thrown.status >= SERVER_FAULT) {
    logger.error({ requestId, code: thrown.code, err: thrown.cause }, thrown.message);
  }
  return jsonError(thrown, retryAfter(thrown));
}

/** A verb that is asked too often says when to come back as `details.retryAfter`, in seconds. */
function retryAfter({ details }: AppError): Record<string, string> {
  const seconds = details?.retryAfter;
  return typeof seconds === 'number' ? { 'retry-after': String(seconds) } : {};
}

type Shown = { code: string; status: number; message: string; details?: Record<string, unknown> | undefined };

export function jsonError(
  { code, status, message, details }: Shown,
  headers?: Record<string, string>,
): Response {
  return Response.json(
    { error: { code, message, ...(details && { details }) } },
    { status, headers: headers ?? {} },
  );
}
