// Many look-ups by one question: what is asked for while a question is under way is asked together with the next.

export type GatherOptions<Key, Value> = {
  /** Answers for all of `keys`, in their order. */
  readonly ask: (keys: readonly Key[]) => Promise<readonly Value[]>;
  /** Keys of one question at most. */
  readonly most: number;
  /** Questions under way at the same time. */
  readonly atOnce: number;
  /** Calls when a question is put together; the end of the turn when left out. Waiting longer makes larger questions. */
  readonly when?: (begin: () => void) => void;
};

type Waiting<Key, Value> = {
  readonly key: Key;
  readonly resolve: (value: Value) => void;
  readonly reject: (error: unknown) => void;
};

/** Nobody waits for company beyond the turn. A question that fails fails for all that are in it. */
export class Gather<Key, Value> {
  readonly #options: GatherOptions<Key, Value>;
  readonly #when: (begin: () => void) => void;
  readonly #waiting: Waiting<Key, Value>[] = [];
  #asking = 0;
  #begun = false;

  constructor(options: GatherOptions<Key, Value>) {
    this.#options = options;
    this.#when = options.when ?? queueMicrotask;
  }

  get(key: Key): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    if (this.#begun || this.#waiting.length === 0 || this.#asking === this.#options.atOnce) return;
    this.#begun = true;
    this.#when(() => {
      this.#begun = false;
      this.#asking++;
      void this.#round().finally(() => {
        this.#asking--;
        this.#next();
      });
      this.#next();
    });
  }

  async #round(): Promise<void> {
    const { ask, most } = this.#options;
    const asked = this.#waiting.splice(0, most);
    try {
      const values = await ask(asked.map(({ key }) => key));
      if (values.length !== asked.length)
        throw new RangeError(`${values.length} answers to ${asked.length} questions`);
      asked.forEach(({ resolve }, index) => {
        // Guarantee: as many as were asked.
        resolve(values[index] as Value);
      });
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
}
