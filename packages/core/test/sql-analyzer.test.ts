import { expect, test } from "vitest";
import { openDuckDbAnalyzer } from "../src/duckdb-analyzer.ts";
import { OWN_NAMES } from "../src/sql-analyzer.ts";

test("the types that are known without DuckDB are spelled as DuckDB spells them", async () => {
  await using duckDb = await openDuckDbAnalyzer();
  for (const name of OWN_NAMES) expect(await duckDb.typeName(name)).toBe(name);
});
