import { expect, test } from "vitest";
import { textTable } from "../src/text-table.ts";

const columns = [{ title: "name" }, { title: "rows", align: "right" }] as const;

test("aligns columns and leaves no blanks at line ends", () => {
  expect(
    textTable(columns, [
      ["a", "1"],
      ["long name", "1,000"],
    ]),
  ).toBe(["name        rows", "---------  -----", "a              1", "long name  1,000"].join("\n"));
  expect(textTable(columns, [])).toBe("name  rows\n----  ----");
});

test("shows what would move the cursor, and cuts what is long", () => {
  const [, , row] = textTable([{ title: "x" }], [["two\nlines\u001B[31m\t"]]).split("\n");
  expect(row).toBe(String.raw`two\nlines\u001b[31m\t`);
  const [, , long] = textTable([{ title: "x" }], [["y".repeat(100)]]).split("\n");
  expect(long).toBe(`${"y".repeat(59)}…`);
});
