// Runs one program for a step, keeps what it prints, and ends it when the whole run is interrupted.
import { spawn } from 'node:child_process';
import process from 'node:process';

export interface CommandPlan {
  args: string[];
  cwd: string;
  env: Record<string, string | undefined>;
  signal: AbortSignal;
}

export interface CommandResult {
  ok: boolean;
  output: string;
}

/** Runs the Node this process runs on with the given arguments. Aborting the signal ends it by its process id. */
export function runNode(plan: CommandPlan): Promise<CommandResult> {
  return run(process.execPath, plan);
}

/** Runs a program. A program that cannot be started is a failed result with the reason as its output. */
export function run(file: string, plan: CommandPlan): Promise<CommandResult> {
  return new Promise((resolve) => {
    const { args, cwd, env, signal } = plan;
    const child = spawn(file, args, { cwd, env, signal, stdio: ['ignore', 'pipe', 'pipe'] });
    const pieces: Buffer[] = [];
    const output = (): string => Buffer.concat(pieces).toString('utf8');
    child.stdout.on('data', (chunk: Buffer) => pieces.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => pieces.push(chunk));
    child.on('error', (error) => resolve({ ok: false, output: `${output()}${error.message}\n` }));
    child.on('close', (code) => resolve({ ok: code === 0, output: output() }));
  });
}
