import { execFile, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { BIN, osiris, osirisWith } from "../src/osiris.ts";
import { isHere } from "../src/needed-here.ts";
import { project } from "../src/project.ts";

interface Made {
  readonly folder: string;
  readonly created: readonly string[];
  readonly kept: readonly string[];
  readonly next: readonly string[];
}

const REPORT =
  "country,orders,amount,last_order\nSE,1,250.00,2026-01-07\nIT,1,99.99,2026-03-01\nCZ,3,67.00,2026-02-12\n";

describe("osiris init", () => {
  test.each(["files", "connection"])("makes a project that runs as it is: %s", async (example) => {
    const here = project({});
    const made = await osiris(here, "init", "My Shop", "--example", example);
    expect(made.exitCode).toBe(0);
    expect(made.stdout).toMatch(
      /Next:\n {2}cd 'My Shop' && npm install\n {2}npx osiris run pipeline\.yaml\n$/,
    );
    const folder = join(here, "My Shop");
    expect(JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))).toMatchObject({
      name: "my-shop",
      private: true,
      type: "module",
      dependencies: {
        "@osiris/cli": "^1.0.0",
        "@osiris/driver-csv": "^1.0.0",
        "@osiris/driver-duckdb": "^1.0.0",
      },
    });
    const checked = await osiris(folder, "validate", "pipeline.yaml", "--json");
    expect(JSON.parse(checked.stdout)).toMatchObject({ findings: [] });
    expect(checked.exitCode).toBe(0);
    const run = await osiris(folder, "run", "pipeline.yaml");
    expect(run.stderr).not.toMatch(/warning|error/);
    expect(run.exitCode).toBe(0);
    expect(readFileSync(join(folder, "out/countries.csv"), "utf8")).toBe(REPORT);
    const doctor = await osiris(folder, "doctor", "--json");
    const { checks } = JSON.parse(doctor.stdout) as { checks: { status: string; message: string }[] };
    expect(checks.filter(({ status }) => status === "error")).toEqual([]);
    expect(doctor.exitCode).toBe(0);
    expect(existsSync(join(folder, "osiris_connections.yaml"))).toBe(example === "connection");
  });

  test("says what to type in a form that the shell takes", async () => {
    const here = project({});
    for (const name of ["it's a $HOME; shop", "-shop", "obchod č. 1"]) {
      const { stdout } = await osiris(here, "init", "--json", "--", name);
      const { next } = JSON.parse(stdout) as Made;
      const cd = next[0]?.replace("npm install", "pwd") ?? "";
      expect((await promisify(execFile)("sh", ["-c", cd], { cwd: here })).stdout.trim()).toBe(
        join(here, name),
      );
    }
  });

  test("gives editors the schema that osiris schema prints", async () => {
    const folder = project({});
    await osiris(folder, "init");
    // A clone of this repository has more drivers beside the command than a new project.
    writeFileSync(join(folder, "osiris.yaml"), "components: { allow: ['duckdb.*', 'filesystem.*'] }\n");
    const { stdout } = await osiris(folder, "schema");
    expect(readFileSync(join(folder, "schemas/pipeline.json"), "utf8")).toBe(stdout);
  });

  test("overwrites nothing, and says what it left alone", async () => {
    const own = { "README.md": "mine", "package.json": `{ "name": "mine" }`, "data/orders.csv": "mine" };
    const folder = project(own);
    const { stdout, exitCode } = await osiris(folder, "init", "--json");
    const made = JSON.parse(stdout) as Made;
    expect(exitCode).toBe(0);
    expect(made.kept.toSorted()).toEqual(Object.keys(own).toSorted());
    expect(made.next[0]).toBe("npm install @osiris/cli @osiris/driver-csv @osiris/driver-duckdb");
    for (const [file, text] of Object.entries(own))
      expect(readFileSync(join(folder, file), "utf8")).toBe(text);
    expect(made.created).toContain("pipeline.yaml");
  });

  test("refuses a folder with a pipeline, and what is no folder", async () => {
    const folder = project({ "pipeline.yaml": "mine", "a.csv": "a\n" });
    const again = await osiris(folder, "init");
    expect(again.stderr).toMatch(/There is a pipeline\.yaml in .* already; nothing was written/);
    const file = await osiris(folder, "init", "a.csv");
    expect(file.stderr).toMatch(/a\.csv is a file/);
    const below = await osiris(folder, "init", "a.csv/below");
    expect(below.stderr).toMatch(/ENOTDIR/);
    expect([again.exitCode, file.exitCode, below.exitCode]).toEqual([2, 2, 2]);
    expect(readdirSync(folder).toSorted()).toEqual(["a.csv", "pipeline.yaml"]);
  });

  test("works in a project that is broken", async () => {
    const folder = project({ "osiris.yaml": "drvers: []", "package.json": "{" });
    mkdirSync(join(folder, "new"));
    const { exitCode, stdout } = await osiris(folder, "init", "new", "--json");
    expect(exitCode).toBe(0);
    expect((JSON.parse(stdout) as Made).created).toContain("pipeline.yaml");
  });

  test("says when npm install failed, and keeps the project", async () => {
    const folder = project({ "bin/npm": "#!/bin/sh\necho no registry >&2\nexit 7\n" });
    await promisify(execFile)("chmod", ["+x", join(folder, "bin/npm")]);
    const path = `${join(folder, "bin")}:${process.env["PATH"]}`;
    const { exitCode, stderr } = await osirisWith({ PATH: path }, folder, "init", "shop", "--install");
    expect(stderr).toMatch(/no registry/);
    expect(stderr).toMatch(/The project was made, and npm install failed: it ended with 7/);
    expect(exitCode).toBe(1);
    expect(existsSync(join(folder, "shop/pipeline.yaml"))).toBe(true);
  });
});

/** Types keys into the command on a terminal of its own, each when its prompt has come. */
const TERMINAL = `
import fcntl, os, pty, struct, sys, termios
node, command, *keys = sys.argv[1:]
os.environ.pop("CI", None)
os.environ["TERM"] = "xterm"
child, terminal = pty.fork()
if child == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    os.execv(node, [node, command, "init"])
seen = ""
while True:
    try: chunk = os.read(terminal, 4096)
    except OSError: break
    if not chunk: break
    seen += chunk.decode("utf8", "replace")
    if keys and keys[0] in seen:
        _, answer, *keys = keys
        os.write(terminal, answer.encode().decode("unicode_escape").encode())
print(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
`;

async function onTerminal(
  folder: string,
  ...keys: readonly string[]
): Promise<{ code: number; screen: string }> {
  const args = ["-c", TERMINAL, process.execPath, BIN, ...keys];
  try {
    const { stdout } = await promisify(execFile)("python3", args, { cwd: folder, timeout: 30_000 });
    return { code: 0, screen: stdout };
  } catch (error) {
    const { code, stdout } = error as { code: number; stdout: string };
    return { code, screen: stdout };
  }
}

/** What makes a terminal here. */
const hasPython = isHere("python3", spawnSync("python3", ["-c", "import pty"]).status === 0);

describe.skipIf(!hasPython)("on a terminal (needs python3)", () => {
  test("asks for what was not said", async () => {
    const folder = project({});
    const { code, screen } = await onTerminal(
      folder,
      "In which folder?",
      String.raw`shop\r`,
      "What shall it begin with?",
      String.raw`\x1b[B\r`,
      "Run npm install in it?",
      String.raw`\r`,
    );
    expect(screen).toContain("cd shop && npm install");
    expect(code).toBe(0);
    expect(existsSync(join(folder, "shop/osiris_connections.yaml"))).toBe(true);
    expect(existsSync(join(folder, "shop/node_modules"))).toBe(false);
  });

  test("makes nothing when the user gives up", async () => {
    const folder = project({});
    const { code, screen } = await onTerminal(folder, "In which folder?", String.raw`\x03`);
    expect(screen).toContain("Nothing was made.");
    expect(code).toBe(130);
    expect(readdirSync(folder)).toEqual([]);
  });
});
