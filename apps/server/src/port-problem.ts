// What to tell somebody whose port can't be opened.
import { AppError } from '@api-proxy/kit/error';
import { errnoOf } from './data-dir.ts';

/** A failure that names the variable to change. */
export function portProblem(facts: { port: number; hostname: string; error: unknown }): AppError {
  const { port, hostname, error } = facts;
  const reasons: Record<string, string> = {
    EADDRINUSE: `Port ${port} is taken by another program: stop it, or choose another port with PORT`,
    EACCES: `Port ${port} may not be opened by this user: choose one above 1023 with PORT`,
    EADDRNOTAVAIL: `HOSTNAME ${hostname} is not an address of this machine: use 0.0.0.0 for all of them`,
    ENOTFOUND: `HOSTNAME ${hostname} is not known: use 0.0.0.0 for all addresses of this machine`,
    ENOTSUP: "Several workers can't share a port on this system: set WORKERS to 1",
  };
  const errno = errnoOf(error) ?? 'unknown error';
  return new AppError({
    code: 'port_unusable',
    status: 500,
    message: reasons[errno] ?? `Port ${port} on ${hostname} can't be opened (${errno})`,
    cause: error,
  });
}
