// Messages between the bench and the processes that it forks from its own files.
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import process from 'node:process';

/** Both ends are files of this package started by this package, so a message is what its sender typed. */
export function ownMessage<T>(raw: unknown): T {
  return raw as T;
}

export function sendToParent(message: object): void {
  process.send?.(message);
}

type Question = { ask: string; input: unknown };
type Reply = { reply: string; output?: unknown; problem?: string };

/** In the child: answers each question of the parent. */
export function whenAsked<I, O>(answer: (input: I) => Promise<O>): void {
  process.on('message', (raw: unknown) => {
    const { ask, input } = ownMessage<Question>(raw);
    if (ask === undefined) return;
    answer(ownMessage<I>(input)).then(
      (output) => sendToParent({ reply: ask, output }),
      (error: unknown) => sendToParent({ reply: ask, problem: String(error) }),
    );
  });
}

/** In the parent: asks and waits. @throws Error when the child fails, ends, or takes longer than `deadlineMs` */
export function askChild<O>(child: ChildProcess, input: unknown, deadlineMs: number): Promise<O> {
  const ask = randomUUID();
  return new Promise((resolve, reject) => {
    const finish = (end: () => void): void => {
      clearTimeout(timer);
      child.off('message', onMessage);
      child.off('exit', onExit);
      end();
    };
    const onMessage = (raw: unknown): void => {
      const { reply, output, problem } = ownMessage<Reply>(raw);
      if (reply !== ask) return;
      finish(() => (problem === undefined ? resolve(ownMessage<O>(output)) : reject(new Error(problem))));
    };
    const onExit = (): void => finish(() => reject(new Error('a process of the bench ended early')));
    const late = (): void => finish(() => reject(new Error(`no answer within ${deadlineMs} ms`)));
    const timer = setTimeout(late, deadlineMs);
    child.on('message', onMessage);
    child.once('exit', onExit);
    child.send({ ask, input } satisfies Question);
  });
}

/** In the parent: what the child says when it is ready. */
export function readyOf<R>(child: ChildProcess, deadlineMs: number): Promise<R> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('a process of the bench did not start')), deadlineMs);
    child.on('message', (raw: unknown) => {
      const { ready } = ownMessage<{ ready?: unknown }>(raw);
      if (ready === undefined) return;
      clearTimeout(timer);
      resolve(ownMessage<R>(ready));
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`a process of the bench ended with ${code}`));
    });
  });
}
