import type { CreatedTable } from "@osiris/core";
import { plainFile, selectColumns, type LoadSetup } from "./load-table.ts";
import { isPlain, type FileScan } from "./scan-file.ts";
import type { CsvFile, TableScan } from "./table-scan.ts";

/** From so many bytes on it pays to begin before the scan is through. */
const WORTH_BYTES = 16 * 1024 * 1024;
/** Records that the types are guessed from. */
const GUESS_RECORDS = 20_000;

/**
 * A load that begins before the last value has been seen, with what is known of the values so far: scan and load both
 * take their time, and nearly always the guess is right. The table is made only when the scan has come to its end and
 * leads to the very same statement.
 */
export class EarlyLoad {
  readonly #setup: LoadSetup;
  readonly #select: string;
  readonly #verdict: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  readonly #table: Promise<CreatedTable>;

  /** @param soFar the scan of the file that is being read */
  constructor(scan: TableScan, soFar: FileScan, setup: LoadSetup) {
    this.#setup = setup;
    const columns = scan.decide();
    const { config } = setup;
    const files = setup.files.map((file) => plainFile(file, columns, soFar.scanner.lineEnds, config));
    this.#select = selectColumns(files, columns, soFar.scanner.longest, config);
    this.#table = setup.ctx.createTableAs(this.#select, { provided: this.#verdict.promise });
    // Whoever waits for it may not be waiting yet.
    this.#table.catch(() => undefined);
  }

  static isWorthwhile(soFar: FileScan, { files, config }: LoadSetup): boolean {
    const bytes = files.reduce((sum, { file }) => sum + file.bytes, 0);
    const isLarge = bytes >= WORTH_BYTES && soFar.scanner.records >= GUESS_RECORDS;
    const mayBePlain = isPlain(soFar) && files.every(({ head }) => head.skip !== undefined);
    return isLarge && mayBePlain && config.limit === undefined;
  }

  /** @returns the table, when all that was guessed turned out to be so; undefined when it has to be loaded anew */
  async settle(scan: TableScan): Promise<CreatedTable | undefined> {
    if (!scan.scans.every(isPlain) || this.#select !== this.#finalSelect(scan)) {
      await this.drop();
      return undefined;
    }
    this.#verdict.resolve();
    return this.#table;
  }

  /** Makes nothing of it. Resolves when DuckDB has stopped. */
  async drop(): Promise<void> {
    this.#verdict.reject(new Error("the guess was wrong"));
    await this.#table.catch(() => undefined);
  }

  #finalSelect(scan: TableScan): string {
    const { files, config } = this.#setup;
    const columns = scan.decide();
    const plain = scan.scans.map(({ scanner }, index) =>
      plainFile(files[index] as CsvFile, columns, scanner.lineEnds, config),
    );
    return selectColumns(plain, columns, scan.longest, config);
  }
}
