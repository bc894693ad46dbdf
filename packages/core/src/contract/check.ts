export interface CheckRequest<Connection = Readonly<Record<string, unknown>>> {
  /**
   * The fields of the connection that the spec's `x-connection-fields` names, with the spec's defaults, the environment
   * filled in, and strings under `secrets` as {@link Secret}s. Checked against the spec, but what a step may supply
   * instead can be missing. A path is absolute; a relative one started at osiris_connections.yaml.
   */
  readonly connection: Partial<Connection>;
  /** Aborted when the time is over. */
  readonly signal: AbortSignal;
}

/** A connection that works. */
export interface CheckResult {
  /** What answered, in a few words, without secrets: `MySQL 8.4.2 with TLS`. */
  readonly details?: string;
  /** What works now and will not for every step: a folder that cannot be written. @default none */
  readonly warnings?: readonly CheckWarning[];
}

export interface CheckWarning {
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
}
