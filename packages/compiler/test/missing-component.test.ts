import { expect, test } from "vitest";
import { missingComponent } from "../src/index.ts";
import { components } from "./components.ts";

test.each([
  // Only for packages of our own: anybody can publish one under a guessed name.
  ["filesystem.csv_writer", "Install it: npm i @osiris/driver-csv"],
  ["graphql.extractor", "Install it: npm i @osiris/driver-graphql"],
  ["test.sorce", 'Did you mean "test.source"?'],
  ["constructor", 'See "osiris components list", and install the package that brings it.'],
  ["test.denied", "Change components: in osiris.yaml, or use another component."],
])("%s", (name, hint) => {
  const missing = missingComponent(name, components);
  expect(missing.hint).toBe(hint);
  expect(missing.denied).toBe(name === "test.denied");
});
