import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";

import { describe, expect, test } from "vitest";

import { startProcess, type Launch } from "../src/server-process.ts";
import { expectToBeGoneSoon, GONE, look } from "./gone.ts";

/** A server in a line of JavaScript: says that it is ready, and greets who connects. */
function listening(port: number, more = ""): readonly [string, ...string[]] {
  const script = `${more}; net.createServer((s) => s.end("hi")).listen(${port}, "127.0.0.1", () => console.log("up"))`;
  return [process.execPath, "--eval", script];
}

const launch: Omit<Launch, "command"> = {
  name: "the greeter",
  stop: "TERM",
  ready: { log: /^up$/mu, port: { accepts: (reply) => reply.toString() === "hi" } },
  environment: { PATH: process.env["PATH"] },
  // Node may be where only we can read.
  account: undefined,
  startTimeout: 10_000,
};

describe("startProcess", { timeout: 30_000 }, () => {
  test("waits for the server, and leaves nothing of it", async () => {
    const greeter = await startProcess({ ...launch, command: ({ port }) => listening(port) });
    const traces = { pid: greeter.pid, ...greeter.place };
    expect(greeter.log()).toBe("up\n");
    await greeter.close();
    expect(await look(traces)).toEqual(GONE);
    expect(greeter.log()).toBe("up\n");
  });

  test("can close a server that is gone already", async () => {
    const greeter = await startProcess({ ...launch, command: ({ port }) => listening(port) });
    process.kill(greeter.pid, "SIGKILL");
    await greeter.close();
    await greeter.close();
    expect(await look({ pid: greeter.pid, ...greeter.place })).toEqual(GONE);
  });

  test("takes another port when somebody was faster", async () => {
    const ports: number[] = [];
    const command: Launch["command"] = ({ port }) => {
      ports.push(port);
      if (ports.length === 1) return ["sh", "-c", "echo bind: Address already in use; exit 1"];
      return listening(port);
    };
    const greeter = await startProcess({ ...launch, command });
    await greeter.close();
    expect(ports).toHaveLength(2);
    expect(greeter.place.port).toBe(ports[1]);
  });

  test("says what a server printed that ends before it is ready", async () => {
    let folder = "";
    const command: Launch["command"] = (place) => {
      folder = place.folder;
      return ["sh", "-c", "echo no licence; exit 7"];
    };
    await expect(startProcess({ ...launch, command })).rejects.toThrow(
      "cannot start the greeter: it ended with exit code 7\nno licence",
    );
    expect(folder).not.toBe("");
    expect(existsSync(folder)).toBe(false);
  });

  test("does not take the answer of a stranger on the port for the server's", async () => {
    let greeted = false;
    const stranger = createServer((socket) => {
      greeted = true;
      socket.end("hi");
    });
    const command: Launch["command"] = ({ port }) => {
      stranger.listen(port, "127.0.0.1");
      return ["sleep", "60"];
    };
    await expect(startProcess({ ...launch, startTimeout: 1_000, command })).rejects.toThrow(
      /no answer on port \d+ after 1 s/u,
    );
    expect(stranger.listening).toBe(true);
    expect(greeted).toBe(false);
    stranger.close();
  });

  test("kills a server that does not want to stop", async () => {
    const command: Launch["command"] = ({ port }) => listening(port, `process.on("SIGTERM", () => {})`);
    const greeter = await startProcess({ ...launch, command });
    const traces = { pid: greeter.pid, ...greeter.place };
    await greeter.close();
    expect(await look(traces)).toEqual(GONE);
  });

  test("ends with its guard, which a signal to a whole process tree reaches too", async () => {
    const greeter = await startProcess({ ...launch, command: ({ port }) => listening(port) });
    const guard = Number(execFileSync("ps", ["-o", "ppid=", "-p", String(greeter.pid)]));
    expect(guard).not.toBe(process.pid);
    process.kill(guard, "SIGTERM");
    await expectToBeGoneSoon({ pid: greeter.pid, ...greeter.place });
  });

  test("stops by a command where a signal would not do", async () => {
    const greeter = await startProcess({
      ...launch,
      command: ({ port }) => listening(port, `fs.writeFileSync("it's me", String(process.pid))`),
      stop: ({ folder }) => ["sh", "-c", 'kill -s KILL "$(cat "$0")"', path.join(folder, "it's me")],
    });
    const traces = { pid: greeter.pid, ...greeter.place };
    await greeter.close();
    expect(await look(traces)).toEqual(GONE);
  });
});
