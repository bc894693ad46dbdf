/**
 * What has to be known of SQL that a user wrote: where its tokens begin and end, as the server sees them with the session's
 * sql_mode (double quotes are strings, backslashes escape). It is not parsed: what is wrong in it otherwise the server says.
 */
interface Token {
  readonly kind: "word" | "string" | "quoted_name" | "mark";
  /** A word in upper case; a mark is one character. */
  readonly text: string;
  /** Where it ends in the SQL; inside of a comment, where the comment does. */
  readonly end: number;
  /** Inside of a comment that some servers execute: `/*!80000 … *\/`. */
  readonly conditional: boolean;
}

/** The tokens of SQL, up to where it is broken. */
interface Tokens {
  readonly tokens: readonly Token[];
  readonly problem?: SqlProblem;
}

/** What is wrong with SQL, in plain words. */
export interface SqlProblem {
  readonly message: string;
  readonly hint?: string;
}

const READS = new Set(["SELECT", "WITH", "TABLE", "VALUES", "SHOW", "DESCRIBE", "DESC", "EXPLAIN"]);

/** Words that the server has reserved, so that no name is spelled like them, and that no statement needs which only reads. */
const WRITES: Readonly<Record<string, string>> = {
  INTO: "INTO writes a file or a variable",
  UPDATE: "UPDATE changes rows or locks them",
  DELETE: "DELETE removes rows",
  LOCK: "LOCK locks rows",
};

/** Undefined: one statement that reads. */
export function queryProblem(sql: string): SqlProblem | undefined {
  const { tokens, problem } = tokensOf(sql);
  if (problem !== undefined) return problem;
  // A comment of the form /*! is code for some servers and none for others: the SQL has to be right for both.
  return statementProblem(tokens) ?? statementProblem(tokens.filter(({ conditional }) => !conditional));
}

/** Undefined: something that can stand in brackets after WHERE. */
export function conditionProblem(sql: string): SqlProblem | undefined {
  const { tokens, problem } = tokensOf(sql);
  if (problem !== undefined) return problem;
  if (tokens.every(({ conditional }) => conditional)) return { message: "is empty" };
  return hasMark(tokens, ";") ? SEVERAL : commonProblem(tokens);
}

/** The SQL up to its last token: without a comment that would swallow what follows, and without a semicolon. */
export function trimmedSql(sql: string): string {
  const last = tokensOf(sql).tokens.findLast(({ text, kind }) => kind !== "mark" || text !== ";");
  return sql.slice(0, last?.end ?? 0);
}

/** Whether the SQL can stand in FROM: a SELECT and its kin, not SHOW. */
export function isSubquery(sql: string): boolean {
  const first = tokensOf(sql).tokens.find(isNoBracket)?.text ?? "";
  return ["SELECT", "WITH", "TABLE", "VALUES"].includes(first);
}

const SEVERAL: SqlProblem = { message: "has several statements", hint: "Give each a step of its own." };

function statementProblem(tokens: readonly Token[]): SqlProblem | undefined {
  const end = tokens.findLastIndex(({ kind, text }) => kind !== "mark" || text !== ";") + 1;
  const statement = tokens.slice(0, end);
  if (statement.length === 0) return { message: "is empty" };
  if (hasMark(statement, ";")) return SEVERAL;
  const first = statement.find(isNoBracket);
  if (first?.kind !== "word" || !READS.has(first.text)) {
    return {
      message: `begins with ${first?.text ?? "a bracket"}, and is no statement that reads`,
      hint: `Give one that begins with one of ${[...READS].join(", ")}.`,
    };
  }
  return commonProblem(statement);
}

function commonProblem(tokens: readonly Token[]): SqlProblem | undefined {
  return bracketProblem(tokens) ?? wordProblem(tokens);
}

function bracketProblem(tokens: readonly Token[]): SqlProblem | undefined {
  const depths = { true: 0, false: 0 };
  for (const { kind, text, conditional } of tokens) {
    if (kind !== "mark") continue;
    if (text === "(") depths[`${conditional}`]++;
    if (text === ")") depths[`${conditional}`]--;
    if (depths.true < 0 || depths.false < 0) return { message: "closes a bracket that is not open" };
  }
  return depths.true + depths.false === 0 ? undefined : { message: "leaves a bracket open" };
}

function wordProblem(tokens: readonly Token[]): SqlProblem | undefined {
  for (const [index, { kind, text }] of tokens.entries()) {
    if (kind === "mark" && text === "?") {
      return { message: "has a ?, which stands for a value that nobody gives", hint: "Write the value." };
    }
    const before = tokens[index - 1];
    // After a dot every word is a name.
    if (kind !== "word" || (before?.kind === "mark" && before.text === ".")) continue;
    const why = Object.hasOwn(WRITES, text) ? WRITES[text] : undefined;
    const locks = text === "SHARE" && before?.text === "FOR";
    if (why !== undefined || locks) {
      return {
        message: `is not allowed: ${why ?? "FOR SHARE locks rows"}`,
        hint: "An extractor only reads. A column of this name needs quotes: `update`.",
      };
    }
  }
  return undefined;
}

function hasMark(tokens: readonly Token[], mark: string): boolean {
  return tokens.some(({ kind, text }) => kind === "mark" && text === mark);
}

function isNoBracket({ kind, text }: Token): boolean {
  return kind !== "mark" || text !== "(";
}

const SPACE = /\s+/y;
const WORD = /[\p{L}\p{N}_$\u0080-\u{10FFFF}]+/uy;
const QUOTES: Readonly<Record<string, RegExp>> = {
  "'": /'(?:[^'\\]|\\[^]|'')*'/y,
  '"': /"(?:[^"\\]|\\[^]|"")*"/y,
  "`": /`(?:[^`]|``)*`/y,
};
/** Two dashes begin a comment only before a space or a control character of ASCII, or the end. */
const LINE_COMMENT = /(?:#|--(?=(?=\p{ASCII})[\s\p{Cc}]|$))[^\n]*/uy;
const EXECUTED_COMMENT = /\/\*M?!\d*/y;

function tokensOf(sql: string): Tokens {
  const tokens: Token[] = [];
  let at = 0;
  const eat = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(sql)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  while (at < sql.length) {
    if (eat(SPACE) !== undefined || eat(LINE_COMMENT) !== undefined) continue;
    const isExecuted = eat(EXECUTED_COMMENT) !== undefined;
    if (isExecuted || sql.startsWith("/*", at)) {
      const close = sql.indexOf("*/", isExecuted ? at : at + 2);
      if (close === -1) return { tokens, problem: { message: "leaves a comment open" } };
      const inside = isExecuted ? executedTokens(sql.slice(at, close), close + 2) : { tokens: [] };
      tokens.push(...inside.tokens);
      if (inside.problem !== undefined) return { tokens, problem: inside.problem };
      at = close + 2;
      continue;
    }
    const token = tokenAt(sql[at] ?? "", eat);
    if (token === undefined) return { tokens, problem: { message: `leaves a ${sql[at]} open` } };
    if (token.kind === "mark") at++;
    tokens.push({ ...token, end: at, conditional: false });
  }
  return { tokens };
}

/** A server that does not execute such a comment skips it to the first asterisk with a slash, so that has to be its end for all. */
function executedTokens(body: string, end: number): Tokens {
  const problem = { message: "has a comment inside of a comment that is executed" };
  if (/\/\*|--|#/.test(body)) return { tokens: [], problem };
  const inside = tokensOf(body);
  return { ...inside, tokens: inside.tokens.map((token) => ({ ...token, end, conditional: true })) };
}

function tokenAt(
  character: string,
  eat: (pattern: RegExp) => string | undefined,
): Pick<Token, "kind" | "text"> | undefined {
  const quotes = QUOTES[character];
  if (quotes !== undefined) {
    if (eat(quotes) === undefined) return undefined;
    return { kind: character === "`" ? "quoted_name" : "string", text: character };
  }
  const word = eat(WORD);
  return word === undefined ? { kind: "mark", text: character } : { kind: "word", text: word.toUpperCase() };
}
