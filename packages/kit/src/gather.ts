// Many look-ups by one question: what is asked for while a question is under way is asked together with the next.

export type GatherOptions<Key, Value> = {
  /** Answers for all of `keys`, in their order. */
  readonly ask: (keys: readonly Key[]) => Promise<readonly Value[]>;
  /** Keys of one question at most. */
  readonly most: number;
  /** Questions under way at the same time. */
  readonly atOnce: number;
};

type Waiting<Key, Value> = {
  readonly key: Key;
  readonly resolve: (value: Value) => void;
  readonly reject: (error: unknown) => void;
};

/** The first goes at the end of its turn; nobody waits for company. A question that fails fails for all that are in it. */
export class Gather<Key, Value> {
  readonly #options: GatherOptions<Key, Value>;
  readonly #waiting: Waiting<Key, Value>[] = [];
  #asking = 0;

  constructor(options: GatherOptions<Key, Value>) {
    this.#options = options;
  }

  get(key: Key): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    if (this.#waiting.length === 0 || this.#asking === this.#options.atOnce) return;
    this.#asking++;
    void Promise.resolve()
      .then(() => this.#round())
      .finally(() => {
        this.#asking--;
        this.#next();
      });
  }

  async #round(): Promise<void> {
    const { ask, most } = this.#options;
    const asked = this.#waiting.splice(0, most);
    if (asked.length === 0) return;
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
