// What can go wrong before the command runs, each as one paragraph: what happened and what to do.

/** A failure with a text for the person at the terminal; anything else thrown is a defect of the launcher. */
export class LaunchProblem extends Error {
  /** @param {string} message one paragraph: what happened, what to do */
  constructor(message) {
    super(message);
    this.name = 'LaunchProblem';
  }
}

/**
 * Patterns of tool output, first match wins, with the paragraph for each.
 * @type {ReadonlyArray<{ kind: string, pattern: RegExp, say: (step: string) => string }>}
 */
const OUTPUT_CAUSES = [
  {
    kind: 'lock-file',
    pattern: /lockfile (had|has) changes|lockfile is frozen|frozen[- ]lockfile/i,
    say: () =>
      'bun.lock does not fit the package.json files, so nothing was installed. ' +
      'If you changed a dependency, run `bun install` and commit bun.lock with it; otherwise restore both from git.',
  },
  {
    kind: 'disk',
    pattern: /ENOSPC|NoSpaceLeft|no space left/i,
    say: (step) => `${step} stopped because the disk is full. Free about 2 GB and run the command again.`,
  },
  {
    kind: 'permission',
    pattern: /EACCES|EPERM|EROFS|PermissionDenied|AccessDenied|permission denied|read-only file ?system/i,
    say: (step) =>
      `${step} may not write where it must. Make the checkout and its node_modules and .tools folders writable for ` +
      'this user (they may belong to another one after a run with sudo), then run the command again.',
  },
  {
    kind: 'registry',
    pattern:
      /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ConnectionRefused|ConnectionClosed|ConnectionReset|UnableToConnect|FailedToOpenSocket|ConnectionTimedOut|Timeout\b|getaddrinfo|unable to connect|network|certificate|CERT_|E40[1347]\b|E5\d\d\b|- (40[1347]|5\d\d)\b|failed to (resolve|download)/i,
    say: (step) =>
      `${step} could not reach the package registry. The first start downloads packages: check the network, a proxy ` +
      '(HTTPS_PROXY) and the registry setting of npm (`npm config get registry`), then run the command again.',
  },
];

/**
 * The cause of a failed tool, read from what it printed.
 * @param {string} output all it wrote
 * @returns {string} 'lock-file', 'disk', 'permission', 'registry' or 'unknown'
 */
export function causeOf(output) {
  return OUTPUT_CAUSES.find((cause) => cause.pattern.test(output))?.kind ?? 'unknown';
}

// What npm says about itself rather than about the failure.
const CHATTER =
  /^npm notice|^npm error (A complete log|Log files were not|You can rerun|If you are behind|[{}]?\s*$)/;

/**
 * The last lines of a tool's output, without empty ones.
 * @param {string} output
 * @param {number} count
 */
export function lastLines(output, count) {
  const lines = output.split('\n').filter((line) => line.trim() !== '' && !CHATTER.test(line));
  return lines.slice(-count).join('\n');
}

/**
 * A failed install as a problem: the known cause in words, then the tool's own last lines.
 * @param {string} step the sentence's subject, such as 'Installing packages'
 * @param {string} output what the tool printed
 */
export function installProblem(step, output) {
  const known = OUTPUT_CAUSES.find((cause) => cause.pattern.test(output));
  const text = known ? known.say(step) : `${step} failed. What the tool said last is below.`;
  return new LaunchProblem(`${text}\n${indent(lastLines(output, known ? 4 : 15))}`);
}

/**
 * A failed console build as a problem.
 * @param {string} output what `next build` printed
 */
export function buildProblem(output) {
  const cause = causeOf(output);
  const hint =
    cause === 'disk' || cause === 'permission'
      ? 'It could not write its result into apps/console/.next: check the disk and the rights of that folder.'
      : 'The lines below are from the compiler; fix the named file, or restore it from git, and run the command again.';
  return new LaunchProblem(`The console could not be built. ${hint}\n${indent(lastLines(output, 30))}`);
}

/**
 * A failed bundling of the server as a problem.
 * @param {string} output what `bun build` printed
 */
export function serverBuildProblem(output) {
  return new LaunchProblem(
    'The server could not be bundled. Fix the file named below, or restore it from git, and run the command again.\n' +
      indent(lastLines(output, 30)),
  );
}

/**
 * A file system error while preparing as a problem, or undefined when it is not one.
 * @param {unknown} error
 */
export function fileProblem(error) {
  const code = errorCode(error);
  if (code === undefined) return undefined;
  const cause = causeOf(code);
  if (cause !== 'permission' && cause !== 'disk') return undefined;
  const where = error instanceof Error && 'path' in error ? ` (${String(error.path)})` : '';
  return installProblem('The launcher', `${code}${where}`);
}

/**
 * @param {unknown} error
 * @returns {string | undefined} the system's error code, such as 'EACCES'
 */
export function errorCode(error) {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

/** @param {string} text */
function indent(text) {
  return text.replace(/^/gm, '  | ');
}
