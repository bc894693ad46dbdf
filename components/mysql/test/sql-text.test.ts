import { expect, test } from "vitest";
import { conditionProblem, isSubquery, queryProblem, trimmedSql } from "../src/read/sql-text.ts";

test.each([
  "SELECT 1",
  "select * from t where a = 'INTO x; DELETE' -- INTO\n",
  "SELECT `update`, t.update, x.`lock` FROM t # UPDATE",
  "(SELECT 1) UNION (SELECT 2)",
  "((SELECT 1))",
  "WITH a AS (SELECT 1) SELECT * FROM a;",
  "SELECT 1 ; ; ",
  "VALUES (1), (2)",
  "TABLE t",
  "SHOW TABLES",
  "DESC t",
  "EXPLAIN SELECT 1",
  "SELECT REPLACE(a, 'b', 'c'), INSERT(a, 1, 2, 'x'), 'it''s', \"a\\\"b\", 'c:\\\\' FROM t",
  "SELECT /*! STRAIGHT_JOIN */ * FROM t",
  "SELECT /*+ MAX_EXECUTION_TIME(1000) */ * FROM t",
  "SELECT 1--1",
  "SELECT SUBSTRING('abc' FROM 1 FOR 2) FROM t FORCE INDEX FOR ORDER BY (a)",
  "SELECT 'a?b', `?` FROM t /* ? */",
])("%s reads", (sql) => {
  expect(queryProblem(sql)).toBeUndefined();
});

test.each([
  ["", "is empty"],
  [" -- nothing", "is empty"],
  ["DELETE FROM t", "begins with DELETE"],
  ["/*! DELETE */ FROM t", "begins with DELETE"],
  ["CALL p()", "begins with CALL"],
  ["SET @a = 1", "begins with SET"],
  ["SELECT 1; DELETE FROM t", "several statements"],
  ["SELECT 1; SELECT 2", "several statements"],
  ["SELECT 1 /*! ; DELETE FROM t */", "several statements"],
  ["SELECT 1 INTO OUTFILE '/tmp/x'", "INTO"],
  ["SELECT 1 INTO @a", "INTO"],
  ["SELECT a, 5 --\u00a0 INTO @a\nFROM t", "INTO"],
  ["SELECT 1 /*!50000 INTO DUMPFILE 'x' */", "INTO"],
  ["SELECT 1 /*M! INTO @a */", "INTO"],
  ["SELECT * FROM t FOR UPDATE", "UPDATE"],
  ["SELECT * FROM t FOR SHARE", "FOR SHARE"],
  ["SELECT * FROM t LOCK IN SHARE MODE", "LOCK"],
  ["WITH a AS (SELECT 1) DELETE FROM t", "DELETE"],
  ["WITH a AS (SELECT 1) UPDATE t SET a = 1", "UPDATE"],
  ["SELECT (1", "leaves a bracket open"],
  ["SELECT 1) + (1", "closes a bracket"],
  ["SELECT 'a", "leaves a ' open"],
  ["SELECT 'a\\'", "leaves a ' open"],
  ["SELECT `a", "leaves a ` open"],
  ["SELECT 1 /* a", "leaves a comment open"],
  ["SELECT 1 /*! '*/ ; DELETE '*/", "open"],
  ["SELECT 1 /*! # */ ; DELETE FROM t", "comment inside"],
  ["SELECT 1 /*! ( */", "leaves a bracket open"],
  ["/*!90000 SELECT */ 1", "begins with 1"],
  ["SELECT * FROM t WHERE a = ?", "has a ?"],
])("%s is refused", (sql, message) => {
  expect(queryProblem(sql)?.message).toContain(message);
});

test.each(["a = 1", "country = 'CZ' AND total > 100", "a IN (SELECT b FROM c) -- why", "a = ');'"])(
  "%s is a condition",
  (sql) => {
    expect(conditionProblem(sql)).toBeUndefined();
  },
);

test.each([
  ["1) OR (1", "closes a bracket"],
  ["1) /*! (", "open"],
  ["1 /*! ) */ /*! ( */", "closes a bracket"],
  ["a = 1; DELETE FROM t", "several statements"],
  ["a = 1;", "several statements"],
  ["-- a", "is empty"],
  ["a = (SELECT 1 INTO @b)", "INTO"],
])("%s is refused as a condition", (sql, message) => {
  expect(conditionProblem(sql)?.message).toContain(message);
});

test("SQL is cut where a comment or a semicolon would swallow what follows", () => {
  expect(trimmedSql("SELECT ';' ; -- done")).toBe("SELECT ';'");
  expect(trimmedSql("a = 1 # one")).toBe("a = 1");
  expect(trimmedSql("SELECT 1 /*! + 1 */ -- two")).toBe("SELECT 1 /*! + 1 */");
});

test("SHOW cannot stand in FROM", () => {
  expect(isSubquery("((SELECT 1))")).toBe(true);
  expect(isSubquery("SHOW TABLES")).toBe(false);
});
