import { spawnSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** A process, so that another one that gets its number later is not taken for it. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /**
   * When it was started, in a form that only comparing is good for. On Linux `<boot> <process namespace> <ticks>`:
   * containers may share name and disk, and each has its own process 1. @default unknown: the number has to do
   */
  readonly started?: string;
}

/** The identity of this process. */
export function ownProcess(): ProcessIdentity {
  own ??= { pid: process.pid, host: hostname(), ...startOf(process.pid) };
  return own;
}

let own: ProcessIdentity | undefined;

/** True when the process can be asked after from here: same machine, same boot, same container. */
export function isNear(other: ProcessIdentity): boolean {
  const { host, started } = ownProcess();
  if (other.host !== host) return false;
  return started === undefined || other.started === undefined || scopeOf(other.started) === scopeOf(started);
}

/** True when it is certain that the process does not run any more; of one that is not near it hardly ever is. */
export function isGone(other: ProcessIdentity): boolean {
  if (!isNear(other)) return other.host === ownProcess().host && isOfEarlierBoot(other);
  if (!exists(other.pid)) return true;
  const { started } = startOf(other.pid);
  if (started === ENDED) return true;
  return started !== undefined && other.started !== undefined && started !== other.started;
}

/** The start of a process that has ended, and that its parent has not asked after yet. */
const ENDED = "ended";

/** Where process numbers count: on Linux boot and namespace, elsewhere the machine. */
function scopeOf(started: string): string {
  return /^(\S+ pid:\S+) \d+$/.exec(started)?.[1] ?? "";
}

function isOfEarlierBoot(other: ProcessIdentity): boolean {
  const [boot] = scopeOf(other.started ?? "").split(" ");
  const [here] = scopeOf(ownProcess().started ?? "").split(" ");
  return boot !== "" && here !== "" && boot !== here;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to another user.
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

function startOf(pid: number): Pick<ProcessIdentity, "started"> {
  const started = process.platform === "linux" ? startOnLinux(pid) : startByPs(pid);
  return started === undefined ? {} : { started };
}

function startOnLinux(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The second field is the program's name in brackets, and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state] = fields;
    if (state === "Z" || state === "X") return ENDED;
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot} ${readlinkSync("/proc/self/ns/pid")} ${fields[19]}`;
  } catch {
    // It has ended this moment, or /proc is not there, or shows other users' processes to nobody.
    return undefined;
  }
}

function startByPs(pid: number): string | undefined {
  // Windows has nothing that costs less than a second.
  if (process.platform === "win32") return undefined;
  const env = { ...process.env, LC_ALL: "C", TZ: "UTC" };
  const { stdout } = spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8", env });
  return stdout?.trim() || undefined;
}
