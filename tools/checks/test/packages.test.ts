import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { readSpec, type SpecFile } from "@osiris/compiler";
import { CONTRACT_VERSION, Semaphore } from "@osiris/core";
import { beforeAll, describe, expect, test } from "vitest";
import { inFreshShell } from "../src/fresh-shell.ts";
import { tempFolderForFile } from "../src/temp-folder.ts";
import { readManifest, readPackages, REPOSITORY, type Package } from "../src/workspace.ts";

const published = readPackages(REPOSITORY).filter(({ folder }) => !folder.startsWith("tools/"));
const drivers = published.filter(({ folder }) => folder.startsWith("components/"));
const named = (packages: readonly Package[]) => packages.map((pkg) => [pkg.manifest.name, pkg] as const);

interface Tarball {
  readonly file: string;
  /** What is inside, from the package's root. */
  readonly paths: readonly string[];
}
const tarballs = new Map<string, Tarball>();
const temp = tempFolderForFile();

beforeAll(async () => {
  const which = published.map(({ folder }) => `-w ${folder}`).join(" ");
  const pack = `npm pack --ignore-scripts --json --pack-destination '${temp}' ${which}`;
  const reports = JSON.parse(await inFreshShell(pack, REPOSITORY)) as Record<string, PackReport>;
  // A list up to npm 11, an object from npm 12 on.
  for (const { name, filename, files } of Object.values(reports)) {
    tarballs.set(name, { file: join(temp, filename), paths: files.map(({ path }) => path) });
  }
});

interface PackReport {
  readonly name: string;
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

function tarballOf({ manifest }: Package): Tarball {
  const tarball = tarballs.get(manifest.name);
  if (tarball === undefined) throw new Error(`npm packed no ${manifest.name}`);
  return tarball;
}

test("there are packages and drivers to look at", () => {
  expect(published.length).toBeGreaterThan(drivers.length);
  expect(drivers).not.toEqual([]);
});

describe.for(named(published))("%s", ([, pkg]) => {
  test("says what a registry and its users need to know", () => {
    expect(pkg.manifest).toMatchObject({
      name: expect.stringMatching(/^@osiris\//) as string,
      license: "Apache-2.0",
      type: "module",
      engines: { node: ">=22.20" },
      files: expect.any(Array) as unknown,
      exports: expect.any(Object) as unknown,
      repository: { directory: pkg.folder },
      publishConfig: { access: "public" },
    });
    expect(pkg.manifest.private ?? false).toBe(false);
  });

  test("packs its README, its license and what was built, and no more than that", () => {
    const { paths } = tarballOf(pkg);
    expect(["README.md", "LICENSE", "package.json"].filter((path) => !paths.includes(path))).toEqual([]);
    expect(paths.filter((path) => /^dist\/.*\.js$/.test(path))).not.toEqual([]);
    const surplus = /(^|\/)(test|node_modules)\/|\.test\.|\.tsbuildinfo$/;
    expect(paths.filter((path) => surplus.test(path))).toEqual([]);
  });
});

test("Nx calls every package as npm does", async () => {
  // It prefers a name in project.json, or in package.json's "nx".
  const projects = JSON.parse(await inFreshShell("npx nx show projects --json", REPOSITORY)) as string[];
  const names = readPackages(REPOSITORY).map(({ manifest }) => manifest.name);
  expect(names.filter((name) => !projects.includes(name))).toEqual([]);
});

describe.for([
  ["publint", (file: string) => `npx publint '${file}' --strict`],
  // A spec is data for the runtime; attw knows modules only. A package without modules has nothing to find.
  ["attw", (file: string) => `npx attw '${file}' --profile esm-only --exclude-entrypoints ./spec.yaml`],
] as const)("%s has nothing against", ([, commandLine]) => {
  // attw loads a whole TypeScript each time.
  const two = new Semaphore(2);
  test.concurrent.for(named(published))("%s", { timeout: 300_000 }, async ([, pkg], { expect }) => {
    const { file } = tarballOf(pkg);
    await expect(two.run(() => inFreshShell(commandLine(file), REPOSITORY))).resolves.toBeDefined();
  });
});

describe.for(named(drivers))("driver package %s", ([name, pkg]) => {
  const specFiles = pkg.manifest.osiris?.components.map((path) => path.replace(/^\.\//, "")) ?? [];

  test("is found by the runtime, and by people who look for drivers", () => {
    expect(pkg.manifest).toMatchObject({
      keywords: expect.arrayContaining(["osiris-driver"]) as unknown,
      peerDependencies: { "@osiris/core": expect.any(String) as unknown },
      osiris: { contract: CONTRACT_VERSION },
    });
    // A clone of this repository is a project too: the runtime looks at the root's direct dependencies.
    const root = readManifest(REPOSITORY);
    expect({ ...root.dependencies, ...root.devDependencies }).toHaveProperty([name]);
  });

  test("packs the specs it lists, and lists the specs it packs", () => {
    const packed = tarballOf(pkg).paths.filter((path) => /(^|\/)spec\.yaml$/.test(path));
    expect(packed.toSorted()).toEqual(specFiles.toSorted());
    expect(packed).not.toEqual([]);
  });

  test.for(specFiles)("%s is a good spec, of this version", (specFile) => {
    const { spec, report } = readSpecOf(pkg, specFile);
    expect(report.findings()).toEqual([]);
    expect(spec?.version).toBe(pkg.manifest.version);
  });

  test.for(specFiles)("%s names a driver that is packed and runs", async (specFile) => {
    const [file = "", exportName = ""] = (readSpecOf(pkg, specFile).spec?.["x-runtime"].driver ?? "").split(
      "#",
    );
    expect(tarballOf(pkg).paths).toContain(file.replace(/^\.\//, ""));
    expect(await typeOfRun(join(REPOSITORY, pkg.folder, file), exportName)).toBe("function");
  });
});

function readSpecOf({ folder }: Package, specFile: string): SpecFile {
  return readSpec(readFileSync(join(REPOSITORY, folder, specFile), "utf8"), specFile);
}

/** In a process of its own: in this one, vitest would import the sources in place of what was built. */
async function typeOfRun(file: string, exportName: string): Promise<string> {
  const code = `import(${JSON.stringify(pathToFileURL(file).href)})
    .then((module) => process.stdout.write(typeof module[${JSON.stringify(exportName)}]?.run))`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--eval", code]);
  return stdout;
}
