// Starts one of the server's own programs as a child of the supervisor.
import { type ChildProcess, fork } from 'node:child_process';
import process from 'node:process';
import { childEnvironment } from './config.ts';

/** Detached: Ctrl-C in a terminal reaches the supervisor only, which then stops its children in order. */
export function forkProgram(file: string, flags: readonly string[] = []): ChildProcess {
  return fork(file, [], {
    detached: true,
    env: childEnvironment(),
    execArgv: [...process.execArgv, ...flags],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}
