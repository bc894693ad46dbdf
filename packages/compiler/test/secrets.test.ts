import { describe, expect, test } from "vitest";
import { Report, Source } from "../src/index.ts";
import { reportSecrets } from "../src/secrets/check-secrets.ts";
import { isSecretName } from "../src/secrets/secret-names.ts";

/** The codes of what is found in a config. */
function codes(config: object): readonly string[] {
  const report = new Report();
  reportSecrets(config, { source: new Source(JSON.stringify(config), "c.yaml"), path: [] }, report);
  return report.findings().map(({ code }) => code);
}

describe("names that secrets have", () => {
  test.each(
    "password db_pw userpass PGPASSWORD dbpassword password2 accesstoken auth_token token_value apiKey X-Api-Key client_secret private-key Authorization".split(
      " ",
    ),
  )("%s", (name) => {
    expect(isSecretName(name)).toBe(true);
  });

  test.each(
    "next_token pageToken cursor_token token_url password_column primary_key key keys bypass compass tokenizer secretary host".split(
      " ",
    ),
  )("not %s", (name) => {
    expect(isSecretName(name)).toBe(false);
  });
});

describe("a secret that is written out", () => {
  test.each([
    [{ password: "abcd" }, "secret.literal"],
    [{ password: 12345 }, "secret.literal"],
    [{ headers: [{ name: "Authorization", value: "hunter2" }] }, "secret.literal"],
    [{ auth: [{ name: "password", value: "hunter2" }] }, "secret.literal"],
    [{ url: "postgres://u:hunter2@h/db" }, "secret.url"],
    [{ url: "https://h/x?X-Amz-Signature=hunter2" }, "secret.url"],
    [{ url: "https://hooks.slack.com/services/T0000000/B0000000/abcdefghijklmnop" }, "secret.token"],
    [{ dsn: "u:hunter2@tcp(db:3306)/x" }, "secret.token"],
    [{ dsn: "host=db user=u password=hunter2" }, "secret.dsn"],
    [{ options: "sslmode=require password='hun ter'" }, "secret.dsn"],
    [{ note: "curl -H 'Authorization: Bearer hunter2'" }, "secret.token"],
    [{ note: "Bearer hunter22" }, "secret.token"],
    [{ note: "sk-ant-abcdefgh" }, "secret.token"],
    [{ note: "SG.abcdefghijklmnopqr.stuvwxyzABCDEFGHIJ" }, "secret.token"],
    [{ query: "CREATE SECRET s (TYPE mysql, HOST 'h', PASSWORD 'hunter2')" }, "secret.sql"],
    [{ query: "CREATE OR REPLACE PERSISTENT SECRET s (TYPE s3, SECRET 'hunter2')" }, "secret.sql"],
    [{ query: "ALTER USER bob IDENTIFIED WITH sha2 BY 'hunter2'" }, "secret.sql"],
    [{ query: "SET PASSWORD FOR bob = PASSWORD('hunter2')" }, "secret.sql"],
    [{ query: "SET PASSWORD = 'hunter2'" }, "secret.sql"],
    [{ query: "ATTACH 'host=db user=u password=hunter2' AS pg" }, "secret.sql"],
  ])("%j", (config, code) => {
    expect(codes(config)).toEqual([code]);
  });

  test.each([
    { query: "SELECT id FROM a WHERE grp = 'token' AND name = 'Ann'" },
    { query: "SELECT CASE grp WHEN 'password' THEN 'weak' ELSE 'x' END" },
    { query: "SELECT coalesce(name, 'no token') || ': ' || grp, 'secret' AS kind" },
    {
      query:
        "SELECT * FROM a WHERE token = 'abc' AND secret = 'yes' AND a.password = 'x' AND \"password\" <> 'y'",
    },
    { query: "SELECT regexp_extract(url, 'token=([a-z]+)&x=1'), 'a=1; token=b' -- password 'x'\nFROM a" },
    { note: "password = reset tool, sort key = id, token = abc" },
    { note: "the basic configuration2 of it; bearer bond-2024-01 data" },
    { name: "rk_test_results_2024_daily" },
    { path: "out/password=x/token.csv" },
    { url: "https://example.com/?key=abc&sort=name&cursor_token=first" },
    { url: "https://example.com:8080/@user" },
    { columns: { password: "VARCHAR", token: "DECIMAL(3,1)" } },
    { headers: { Accept: "text/csv", "X-Tenant": "acme", "X-Request-Source": "osiris", "Api-Version": "2" } },
    { max_tokens: 100, password: "", secret: "${NAME}", authorization: "Bearer ${TOKEN}" },
    { dsn: "Server=db;Uid=${USER};Pwd=${PASSWORD}", url: "mysql://${USER}:${PASSWORD}@db/x" },
  ])("is not found where there is none: %j", (config) => {
    expect(codes(config)).toEqual([]);
  });
});
