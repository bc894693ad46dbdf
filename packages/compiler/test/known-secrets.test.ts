import { expect, test } from "vitest";
import { KnownSecrets } from "../src/index.ts";

function mask(text: string, ...secrets: readonly string[]): string {
  const known = new KnownSecrets();
  for (const secret of secrets) known.add(secret);
  return known.mask(text);
}

const SECRET = `o'Neil "ü" & 7`;

test.each([
  ["as it is", `x ${SECRET} y`],
  ["in JSON", `x ${JSON.stringify(SECRET).slice(1, -1)} y`],
  ["in SQL", `x ${SECRET.replaceAll("'", "''")} y`],
  ["in a URL", `x ${encodeURIComponent(SECRET)} y`],
  ["in base64", `x ${Buffer.from(SECRET).toString("base64")} y`],
])("a secret is masked %s", (_, text) => {
  expect(mask(text, SECRET)).toBe("x *** y");
});

test("a secret of several lines is masked whole, and each of its lines", () => {
  const secret = "-- begin\nline one\n  line two\n";
  expect(mask(`a ${secret}b`, secret)).toBe("a ***b");
  expect(mask("a line two b", secret)).toBe("a *** b");
  expect(mask(`a ${Buffer.from(secret).toString("base64")} b`, secret)).toBe("a *** b");
});

test("the longer of two secrets wins, and one of two characters is none", () => {
  expect(mask("a secret-and-more b ab", "secret", "secret-and-more", "ab")).toBe("a *** b ab");
});

test("a secret that is no well-formed text is no error", () => {
  expect(mask("a pass\ud800word b", "pass\ud800word")).toBe("a *** b");
});
