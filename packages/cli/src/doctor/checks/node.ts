import type { DoctorCheck } from "../doctor-check.ts";

/** As `bin/osiris.js` sets it. */
const POOL_SIZE = 16;

/** The command itself refuses a Node that is too old. */
export const nodeCheck: DoctorCheck = {
  id: "node",
  run() {
    const version = `Node ${process.versions.node}`;
    const size = Number(process.env["UV_THREADPOOL_SIZE"]);
    if (size >= POOL_SIZE) return [{ status: "ok", message: `${version}, ${size} threads in its pool` }];
    const message = `${version}, with UV_THREADPOOL_SIZE=${process.env["UV_THREADPOOL_SIZE"]}: long queries will hold up files and name look-ups`;
    return [{ status: "warning", message, remedy: `Unset UV_THREADPOOL_SIZE, or set it to ${POOL_SIZE}.` }];
  },
};
