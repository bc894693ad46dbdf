/** Work that is done several at a time, but whose results are taken in the order in which it was begun. */
export interface Work<Task, Result> {
  /** The next task; undefined when there is none, for now. */
  readonly next: () => Task | undefined;
  /** Asks for the result. The signal is aborted when another task has failed. */
  readonly begin: (task: Task, signal: AbortSignal) => Promise<Result>;
  /** Takes the result, and may make further tasks. */
  readonly take: (task: Task, result: Result) => Promise<void>;
}

/**
 * Does all of it. What is begun when depends on the results alone, never on how fast they come: the order is the same each
 * time. At most `limit` results wait or are under way. The first error ends it, when everything that was begun has ended.
 */
export async function inOrder<Task, Result>(
  { next, begin, take }: Work<Task, Result>,
  limit: number,
  signal: AbortSignal,
): Promise<void> {
  const failure = new AbortController();
  const both = AbortSignal.any([signal, failure.signal]);
  let failed: { readonly error: unknown } | undefined;
  const begun: { readonly task: Task; readonly result: Promise<Result> }[] = [];
  try {
    for (;;) {
      while (begun.length < limit) {
        const task = next();
        if (task === undefined) break;
        const result = begin(task, both);
        // It is awaited in its turn, but nobody should go on when it fails.
        result.catch((error: unknown) => {
          failed ??= { error };
          failure.abort();
        });
        begun.push({ task, result });
      }
      const first = begun.shift();
      if (first === undefined) return;
      await take(first.task, await first.result);
    }
  } catch (error) {
    throw failed === undefined ? error : failed.error;
  } finally {
    failure.abort();
    await Promise.allSettled(begun.map(({ result }) => result));
  }
}
