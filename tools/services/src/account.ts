import { execFileSync } from "node:child_process";

/** The user that servers run as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * PostgreSQL and PgBouncer refuse to run as root, and no server here needs it: as root, servers run as `postgres`
 * where that user exists, else as `nobody`. Otherwise they run as who we are: `undefined`.
 */
export function serverAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  return accountOf("postgres") ?? accountOf("nobody");
}

function accountOf(user: string): Account | undefined {
  try {
    return { uid: idOf("-u", user), gid: idOf("-g", user) };
  } catch {
    return undefined;
  }
}

function idOf(flag: "-u" | "-g", user: string): number {
  return Number(execFileSync("id", [flag, user], { timeout: 5_000, stdio: ["ignore", "pipe", "ignore"] }));
}
