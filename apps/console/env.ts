// The one file of the console that reads the environment.
import 'server-only';

/** Settings of the console process, given by the supervisor. */
export const env = {
  /** Origin of the control API as this process reaches it, without a trailing slash. */
  apiUrl: (process.env.CONSOLE_API_URL ?? 'http://127.0.0.1:3000').replace(/\/+$/, ''),
};
