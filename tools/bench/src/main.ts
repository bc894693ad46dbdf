import { benchCompile } from "./compile/bench-compile.ts";
import { benchCsv } from "./csv/bench-csv.ts";
import { benchGraphql } from "./graphql/bench-graphql.ts";
import { benchLossless } from "./lossless/bench-lossless.ts";
import { benchMysql } from "./mysql/bench-mysql.ts";
import { benchTables } from "./tables/bench-tables.ts";
import { benchJson } from "./json/bench-json.ts";

/** `npm run bench -- <name> …`. */
const BENCHMARKS: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  compile: benchCompile,
  csv: benchCsv,
  tables: benchTables,
  json: benchJson,
  lossless: benchLossless,
  graphql: benchGraphql,
  mysql: benchMysql,
};

const [name = "", ...args] = process.argv.slice(2);
const benchmark = Object.hasOwn(BENCHMARKS, name) ? BENCHMARKS[name] : undefined;
if (benchmark === undefined) {
  process.stderr.write(`Name a benchmark: ${Object.keys(BENCHMARKS).join(", ")}\n`);
  process.exitCode = 2;
} else {
  await benchmark(args);
}
