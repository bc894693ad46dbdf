// Makes few files of a package's many modules: `node ../../tools/bundle.js index` in a package's folder makes dist/index.js of
// src/index.ts, and a file for each part that is imported later. Loading a module takes Node half a millisecond of work, and
// the command has some three hundred of its own. Declarations are tsc's work.
import { rmSync, globSync } from "node:fs";
import { rolldown } from "rolldown";

const entries = process.argv.slice(2);
const bundle = await rolldown({
  input: Object.fromEntries(entries.map((name) => [name, `./src/${name}.ts`])),
  platform: "node",
  // The files are read by people, too.
  optimization: { inlineConst: false },
  // The oldest Node that "engines" allows.
  transform: { target: "node22.20" },
  // Other packages stay what they are: a process has one @osiris/core. What the compiler adds itself belongs into the file.
  external: /^(?![./\0]|@oxc-project\/runtime)/,
});
// Those of the build before have other names.
for (const file of globSync("dist/**/*.{js,js.map}")) rmSync(file);
await bundle.write({ dir: "dist", format: "esm", sourcemap: true });
await bundle.close();
