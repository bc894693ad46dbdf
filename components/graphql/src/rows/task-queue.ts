/** A task at a depth of nesting. */
export interface DeepTask {
  readonly depth: number;
}

/**
 * Tasks, the deepest first, and those of one depth in the order of their coming: what a page has made is done before the
 * next page makes more, so that few tasks wait however much there is to read.
 */
export class TaskQueue<Task extends DeepTask> {
  readonly #levels: Task[][] = [];

  push(task: Task): void {
    (this.#levels[task.depth] ??= []).push(task);
  }

  next(): Task | undefined {
    return this.#levels.findLast((level) => level !== undefined && level.length > 0)?.shift();
  }
}
