import { spawnSync } from "node:child_process";
import { isHere } from "./needed-here.ts";
import { BIN, type Outcome } from "./osiris.ts";

/** A namespace of its own forgets what is mounted in it when the shell ends. */
const OWN_MOUNTS = ["--map-root-user", "--mount", "sh", "-ec"];

/** Whether a small disk can be had: it needs Linux, and the right to mount. */
export const canMount: boolean = isHere(
  "Linux and the right to mount",
  spawnSync("unshare", [...OWN_MOUNTS, "mount -t tmpfs -o size=1m disk /mnt"]).status === 0,
);

/** Runs a shell script in `folder`, with a disk of `size` mounted as `disk`; `$osiris` is the built command. */
export function onSmallDisk(folder: string, size: string, script: string): Outcome {
  const whole = `osiris="$0 $1"; mkdir -p disk; mount -t tmpfs -o size=${size} disk disk\n${script}`;
  const { status, stdout, stderr } = spawnSync("unshare", [...OWN_MOUNTS, whole, process.execPath, BIN], {
    cwd: folder,
    encoding: "utf8",
  });
  return { exitCode: status, stdout, stderr };
}
