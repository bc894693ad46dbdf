/** A query that wants more than its step may have, and what each of the two walls answers. */
export interface SqlAttack {
  /** `{project}`, `{other}` and `{artifacts}` stand for a folder, another run's database and the step's own folder. */
  readonly sql: string;
  /** The compiler's finding, and the text in the query that it points at. */
  readonly compile: readonly [code: string, at: string];
  /**
   * The error of the run database, past the compiler. What it cannot refuse (ADR 4) "answers", or "aborts" the process.
   */
  readonly run: string;
}

const attack = (sql: string, code: string, at: string, run: string): SqlAttack => ({
  sql,
  compile: [code, at],
  run,
});

const FUNCTION = "sql.refused_function";
const STATEMENT = "sql.only_select";
const TABLE = "sql.unknown_table";
const QUALIFIED = "sql.qualified_name";
const FILE = "database.file_refused";
const REFUSED = "sql.refused_statement";
const NO_NAME = "sql.unknown_name";
const ANSWERS = "answers";
const ABORTS = "aborts";

const SECRET = "'{project}/secret.csv'";

/** Functions that read files, in all the places where a query can stand. */
const FILES: readonly SqlAttack[] = [
  ...[
    "read_csv",
    "read_csv_auto",
    "read_text",
    "read_blob",
    "read_json",
    "read_ndjson_objects",
    "read_parquet",
  ].map((name) => attack(`FROM ${name}(${SECRET})`, FUNCTION, name, FILE)),
  ...["parquet_scan", "parquet_metadata", "parquet_schema", "parquet_kv_metadata", "sniff_csv"].map((name) =>
    attack(`SELECT * FROM ${name}(${SECRET})`, FUNCTION, name, FILE),
  ),
  attack("FROM glob('{project}/*')", FUNCTION, "glob", FILE),
  attack("FROM glob('/etc/**')", FUNCTION, "glob", FILE),
  attack("FROM read_text('/etc/passwd')", FUNCTION, "read_text", FILE),
  attack("FROM read_text('/proc/self/environ')", FUNCTION, "read_text", FILE),
  attack("FROM read_text('file:{project}/secret.csv')", FUNCTION, "read_text", FILE),
  attack("FROM read_csv('http://127.0.0.1:9/secret.csv')", FUNCTION, "read_csv", FILE),
  attack("FROM read_csv(['{project}/people.csv', '{project}/secret.csv'])", FUNCTION, "read_csv", FILE),
  attack("FROM read_text('{artifacts}/link.csv')", FUNCTION, "read_text", FILE),
  attack("FROM read_text('{artifacts}/up/secret.csv')", FUNCTION, "read_text", FILE),
  attack("FROM read_text('{artifacts}/../../../../secret.csv')", FUNCTION, "read_text", FILE),
  attack("FROM read_blob('{other}')", FUNCTION, "read_blob", FILE),
  attack("FROM read_duckdb('{other}')", FUNCTION, "read_duckdb", FILE),
  attack(`FROM ReAd_CsV(${SECRET})`, FUNCTION, "ReAd_CsV", FILE),
  attack(`FROM "read_csv"(${SECRET})`, FUNCTION, '"read_csv"', FILE),
  attack(`FROM system.main.read_csv(${SECRET})`, FUNCTION, "system", FILE),
  attack(`FROM/**/read_csv/*\n*/(${SECRET})`, FUNCTION, "read_csv", FILE),
  attack(`-- FROM people\nFROM read_csv(${SECRET})`, FUNCTION, "read_csv", FILE),
  attack("FROM read_csv($$ {project}/secret.csv $$)", FUNCTION, "read_csv", FILE),
  attack("FROM read_csv(E'{project}/secret\\x2ecsv')", FUNCTION, "read_csv", FILE),
  attack(`SELECT (SELECT count(*) FROM read_csv(${SECRET}))`, FUNCTION, "read_csv", FILE),
  attack(`WITH x AS (FROM read_csv(${SECRET})) FROM x`, FUNCTION, "read_csv", FILE),
  attack(`WITH RECURSIVE x AS (SELECT 1 UNION FROM read_csv(${SECRET})) FROM x`, FUNCTION, "read_csv", FILE),
  attack(`FROM people UNION ALL BY NAME FROM read_csv(${SECRET})`, FUNCTION, "read_csv", FILE),
  attack(`FROM people ORDER BY (SELECT 1 FROM read_csv(${SECRET}))`, FUNCTION, "read_csv", FILE),
  attack(`FROM people LIMIT (SELECT 1 FROM read_csv(${SECRET}))`, FUNCTION, "read_csv", FILE),
  attack(`FROM people QUALIFY 1 = (SELECT 1 FROM read_csv(${SECRET}))`, FUNCTION, "read_csv", FILE),
  attack(`FROM people JOIN (FROM read_csv(${SECRET})) AS s ON true`, FUNCTION, "read_csv", FILE),
  attack(`FROM people POSITIONAL JOIN read_csv(${SECRET})`, FUNCTION, "read_csv", FILE),
  attack(`VALUES ((SELECT count(*) FROM read_csv(${SECRET})))`, FUNCTION, "read_csv", FILE),
  attack(
    `SELECT list_transform([1], x -> (SELECT max(x) FROM read_csv(${SECRET})))`,
    FUNCTION,
    "read_csv",
    FILE,
  ),
  attack(
    `SELECT sum(1) FILTER (1 IN (SELECT 1 FROM read_csv(${SECRET}))) FROM people`,
    FUNCTION,
    "read_csv",
    FILE,
  ),
  attack(
    `FROM (FROM people PIVOT (count(*) FOR name IN ('a'))), read_csv(${SECRET})`,
    FUNCTION,
    "read_csv",
    FILE,
  ),
];

/** Names of files in the place of a table. */
const FILE_NAMES: readonly SqlAttack[] = [
  attack(`FROM ${SECRET}`, TABLE, "'", FILE),
  attack('FROM "{project}/secret.csv"', TABLE, '"', FILE),
  attack("FROM '/etc/passwd'", TABLE, "'", NO_NAME),
  attack("FROM 'https://127.0.0.1:9/secret.parquet'", TABLE, "'", FILE),
  attack("FROM 's3://bucket/secret.parquet'", TABLE, "'", FILE),
  attack(`SELECT * FROM people, ${SECRET}`, TABLE, "'", FILE),
  attack("FROM people WHERE EXISTS (FROM '{project}/secret.csv')", TABLE, "'", FILE),
  attack("FROM '{artifacts}/link.csv'", TABLE, "'", FILE),
];

const STATEMENTS: readonly SqlAttack[] = [
  attack("ATTACH '{other}' AS other (READ_ONLY)", STATEMENT, "ATTACH", REFUSED),
  attack("ATTACH ':memory:' AS more", STATEMENT, "ATTACH", REFUSED),
  attack("DETACH pipeline_data", STATEMENT, "DETACH", REFUSED),
  attack("USE _osiris", STATEMENT, "USE", REFUSED),
  attack("INSTALL httpfs", STATEMENT, "INSTALL", REFUSED),
  attack("LOAD json", STATEMENT, "LOAD", REFUSED),
  attack("SET memory_limit = '1TB'", STATEMENT, "SET", REFUSED),
  attack("SET enable_external_access = true", STATEMENT, "SET", REFUSED),
  attack("RESET allowed_paths", STATEMENT, "RESET", REFUSED),
  attack("PRAGMA enable_profiling", STATEMENT, "PRAGMA", REFUSED),
  attack("CALL enable_logging(level := 'trace')", STATEMENT, "CALL", REFUSED),
  attack("CHECKPOINT", STATEMENT, "CHECKPOINT", REFUSED),
  attack("FORCE CHECKPOINT", STATEMENT, "FORCE", REFUSED),
  attack("EXPORT DATABASE '{project}/export'", STATEMENT, "EXPORT", FILE),
  attack("EXPORT DATABASE '{artifacts}/export'", STATEMENT, "EXPORT", REFUSED),
  attack("IMPORT DATABASE '{project}'", STATEMENT, "IMPORT", FILE),
  attack("PREPARE p AS SELECT 1", STATEMENT, "PREPARE", REFUSED),
  attack("EXECUTE p", STATEMENT, "EXECUTE", "sql.binding"),
  attack("COPY (SELECT 1) TO '{project}/stolen.csv'", STATEMENT, "COPY", FILE),
  attack("COPY (SELECT 1) TO '{artifacts}/../../stolen.csv'", STATEMENT, "COPY", FILE),
  attack("COPY (SELECT 1) TO '{artifacts}/up/stolen.csv'", STATEMENT, "COPY", FILE),
  attack("COPY (SELECT 1) TO '/dev/stdout'", STATEMENT, "COPY", FILE),
  attack(`COPY people FROM ${SECRET}`, STATEMENT, "COPY", FILE),
  attack("CREATE PERSISTENT SECRET s (TYPE s3, PROVIDER config)", STATEMENT, "CREATE", FILE),
  attack(`CREATE MACRO stolen() AS TABLE FROM read_csv(${SECRET})`, STATEMENT, "CREATE", FILE),
  attack(`CREATE VIEW stolen AS FROM ${SECRET}`, STATEMENT, "CREATE", FILE),
  attack(`CREATE TYPE stolen AS ENUM (SELECT content FROM read_text(${SECRET}))`, STATEMENT, "CREATE", FILE),
  attack(`INSERT INTO people FROM ${SECRET} RETURNING *`, STATEMENT, "INSERT", FILE),
  attack("SELECT 1; DROP TABLE people", STATEMENT, "SELECT", "sql.one_statement"),
  attack("SELECT 1; SELECT 2", "sql.one_select", "SELECT", "sql.one_statement"),
  attack("SELECT 1 -- ;\n; DROP TABLE people", STATEMENT, "SELECT", "sql.one_statement"),
  attack("SELECT 1 /* ; */ ; /* */ DROP TABLE people; --", STATEMENT, "SELECT", "sql.one_statement"),
  attack("WITH gone AS (DELETE FROM people RETURNING *) FROM gone", "sql.syntax", "WITH", "sql.syntax"),
  attack("FROM (INSERT INTO people VALUES (1) RETURNING *)", "sql.syntax", "INTO", "sql.syntax"),
  attack("COPY FROM DATABASE pipeline_data TO other", STATEMENT, "COPY", "sql.one_statement"),
];

/** Words that only look like others. */
const LOOK_ALIKES: readonly SqlAttack[] = [
  attack(`FROM rеad_csv(${SECRET})`, FUNCTION, "rеad_csv", NO_NAME),
  attack(`FROM ｒead_csv(${SECRET})`, FUNCTION, "ｒead_csv", NO_NAME),
  attack(`FROM "read_csv "(${SECRET})`, FUNCTION, '"', NO_NAME),
  attack("FROM people\u2028; DROP TABLE people", STATEMENT, "FROM", "sql.one_statement"),
];

/** What is in the database itself: nothing but the compiler keeps it apart. */
const CATALOG: readonly SqlAttack[] = [
  attack("FROM information_schema.tables", QUALIFIED, "information_schema", ANSWERS),
  attack("FROM pg_catalog.pg_tables", QUALIFIED, "pg_catalog", ANSWERS),
  attack("FROM pg_tables", TABLE, "pg_tables", ANSWERS),
  attack("FROM sqlite_master", TABLE, "sqlite_master", ANSWERS),
  attack("FROM duckdb_tables", TABLE, "duckdb_tables", ANSWERS),
  attack("FROM duckdb_tables()", FUNCTION, "duckdb_tables", ANSWERS),
  attack("FROM duckdb_settings()", FUNCTION, "duckdb_settings", ANSWERS),
  attack("FROM duckdb_databases()", FUNCTION, "duckdb_databases", ANSWERS),
  attack("FROM pragma_table_info('people')", FUNCTION, "pragma_table_info", ANSWERS),
  attack("FROM _osiris.steps", QUALIFIED, "_osiris", ANSWERS),
  attack("FROM main.people", QUALIFIED, "main", ANSWERS),
  attack("FROM pipeline_data.main.people", QUALIFIED, "pipeline_data", ANSWERS),
  attack("FROM _staging__attacks", TABLE, "_staging__attacks", NO_NAME),
  attack("FROM films", "sql.not_upstream", "films", ANSWERS),
  attack("FROM query('FROM films')", FUNCTION, "query", ANSWERS),
  attack("FROM query_table('films')", FUNCTION, "query_table", ANSWERS),
  attack(
    "FROM json_execute_serialized_sql(json_serialize_sql('FROM films'))",
    FUNCTION,
    "json_execute",
    ANSWERS,
  ),
  attack("FROM query('FROM read_csv(''{project}/secret.csv'')')", FUNCTION, "query", FILE),
  attack("FROM query_table('{project}/secret.csv')", FUNCTION, "query_table", FILE),
  attack("SELECT current_setting('allowed_paths')", FUNCTION, "current_setting", ANSWERS),
  attack("SELECT current_query()", FUNCTION, "current_query", ANSWERS),
  attack("SELECT getvariable('x')", FUNCTION, "getvariable", ANSWERS),
  attack("SELECT ('x').getvariable()", FUNCTION, "getvariable", ANSWERS),
  attack("SELECT write_log('x')", FUNCTION, "write_log", ANSWERS),
  attack("SELECT json_serialize_plan('FROM films')", FUNCTION, "json_serialize_plan", ANSWERS),
  attack("SELECT pg_get_viewdef(1)", FUNCTION, "pg_get_viewdef", ANSWERS),
  attack("SELECT has_table_privilege('films', 'SELECT')", FUNCTION, "has_table_privilege", ANSWERS),
  ...[
    "current_connection_id()",
    "current_query_id()",
    "txid_current()",
    "setseed(0.5)",
    "sleep_ms(1)",
    "stats(1)",
  ].map((call) => attack(`SELECT ${call}`, FUNCTION, call, ANSWERS)),
  attack("FROM checkpoint()", FUNCTION, "checkpoint", ANSWERS),
  attack("FROM force_checkpoint()", FUNCTION, "force_checkpoint", ANSWERS),
  attack("FROM enable_logging()", FUNCTION, "enable_logging", ANSWERS),
  attack(
    "FROM enable_logging(storage := 'file', storage_path := '{project}')",
    FUNCTION,
    "enable_logging",
    ABORTS,
  ),
  attack("SELECT getenv('HOME')", FUNCTION, "getenv", NO_NAME),
  attack("SELECT nextval('s')", FUNCTION, "nextval", NO_NAME),
  attack("SELECT list_transform([1], x -> nextval('s'))", FUNCTION, "nextval", NO_NAME),
  attack("SELECT nextval('s') OVER ()", FUNCTION, "nextval", NO_NAME),
  attack("SELECT COLUMNS(c -> getvariable(c) = 'x') FROM people", FUNCTION, "getvariable", "database.error"),
  attack("DESCRIBE people", "sql.refused", "DESCRIBE", ANSWERS),
  attack("SUMMARIZE people", "sql.refused", "SUMMARIZE", ANSWERS),
  attack("SHOW ALL TABLES", "sql.refused", "SHOW", ANSWERS),
  attack("FROM (DESCRIBE people)", "sql.refused", "FROM", ANSWERS),
  attack("EXPLAIN ANALYZE FROM people", STATEMENT, "EXPLAIN", ANSWERS),
  attack("PIVOT people ON name USING count(*)", STATEMENT, "PIVOT", "sql.one_statement"),
  attack("FROM (PIVOT people ON name USING count(*))", STATEMENT, "FROM", "sql.one_statement"),
];

export const SQL_ATTACKS: readonly SqlAttack[] = [
  ...FILES,
  ...FILE_NAMES,
  ...STATEMENTS,
  ...LOOK_ALIKES,
  ...CATALOG,
];
