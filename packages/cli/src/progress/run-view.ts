import type { RunEvent } from "@osiris/runtime";

/** What a person, or a program, sees of a run while it goes on. */
export interface RunView {
  /** Whether the steps' ends stand on the terminal when the run is over. */
  readonly keepsSteps: boolean;
  onEvent(event: RunEvent): void;
  /** The run is over. Resolves when all was shown, as far as anybody looks. */
  end(): Promise<void>;
}
