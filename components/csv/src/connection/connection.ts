/** What a connection of the family `filesystem` gives to the CSV components. */
export interface CsvConnection {
  /** Absolute. */
  readonly base_dir: string;
}
