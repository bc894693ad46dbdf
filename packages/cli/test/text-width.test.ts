import { expect, test } from "vitest";
import { cutText, fitText, textWidth } from "../src/text-width.ts";

test.each([
  ["plain", 5],
  ["東京", 4],
  ["e\u0301a", 2],
  ["👩‍👩‍👧", 2],
  ["\u001B[31mred\u001B[39m", 3],
] as const)("%s takes %i columns", (text, width) => {
  expect(textWidth(text)).toBe(width);
});

test("a text is cut between characters, never inside one", () => {
  expect(cutText("東京都", 6)).toBe("東京都");
  expect(cutText("東京都", 5)).toBe("東京…");
  expect(cutText("東京都", 4)).toBe("東…");
  expect(cutText("👩‍👩‍👧👩‍👩‍👧", 3)).toBe("👩‍👩‍👧…");
  expect(cutText("𠮷𠮷𠮷", 4)).toBe("𠮷…");
  expect(cutText("abc", 1)).toBe("…");
  expect(cutText("abc", 0)).toBe("");
});

test("a text is filled up to a width on either side", () => {
  expect(fitText("京", 4)).toBe("京  ");
  expect(fitText("京", 4, "right")).toBe("  京");
  expect(fitText("東京都", 4, "right")).toBe(" 東…");
});
