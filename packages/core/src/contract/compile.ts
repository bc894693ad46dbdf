/** The small files that a config names, such as a schema, for the checks of a driver that are made before the run. */
export interface CompileFiles {
  /**
   * The text of the file that a field names, in UTF-8, at most 64 MiB; the same in all calls. undefined when it is not known
   * before the run: the field is not set, its path comes from the environment, or the file cannot be read, which is then
   * reported at the field.
   * @param pointer JSON Pointer of a field that the spec's `paths.read` lists and that holds one path
   */
  text(pointer: string): string | undefined;
}

/** One mistake in a config, found by its driver. */
export interface ConfigProblem {
  /** JSON Pointer of the value, `""` for the config as a whole. */
  readonly path: string;
  /** What is wrong and why, in plain words, without secrets. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
}
