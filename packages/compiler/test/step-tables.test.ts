import { expect, test } from "vitest";
import { stepTables } from "../src/explain/step-tables.ts";
import { compile, type ManifestStep } from "../src/index.ts";
import { components } from "./components.ts";

const PIPELINE = `oml_version: "0.1.0"
name: p
steps:
  - { id: a, component: test.source, mode: read }
  - { id: b, component: test.sql, mode: transform, config: { query: FROM a } }
`;

/** What is found out of a manifest in which the first step promises one column of this type. */
async function columnsWith(type: string): Promise<unknown> {
  const result = await compile({ text: PIPELINE, file: "p.yaml", components });
  if (!result.ok) throw new Error(JSON.stringify(result.findings));
  const users = result.pipeline.manifest.steps.map((step) => {
    const component = components.installed.get(step.component);
    if (component === undefined) throw new Error(`no ${step.component}`);
    const promised: ManifestStep = step.id === "a" ? { ...step, columns: [{ name: "n", type }] } : step;
    return { step: promised, spec: component.spec, ...(step.id === "b" ? { sql: "FROM a" } : {}) };
  });
  const tables = await stepTables(users);
  return [tables.get("a")?.columns, tables.get("b")?.columns];
}

test("a manifest's column types are types, and no other SQL", async () => {
  const known = [{ name: "n", type: "INTEGER" }];
  expect(await columnsWith("INTEGER")).toEqual([known, known]);
  expect(await columnsWith("INTEGER, m VARCHAR")).toEqual([undefined, undefined]);
  expect(await columnsWith("INTEGER); CREATE TABLE m (n INTEGER")).toEqual([undefined, undefined]);
});
