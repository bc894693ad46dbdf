import { afterAll, beforeAll, beforeEach } from "vitest";

import { ServerUnavailableError, startServer, type ServerPlan } from "./acquire.ts";
import type { RunningServer, Server } from "./server.ts";

/** Fetching packages or an image takes its time, once. */
const START_TIMEOUT = 600_000;
const STOP_TIMEOUT = 30_000;

/** A suite's server. Its address is there while the suite's tests run. */
export interface SuiteServer extends RunningServer {
  /**
   * Like `beforeAll`, for what needs the server: not called when the suite is skipped for want of it, where a
   * `beforeAll` that reads the address would fail the suite.
   */
  prepare(run: (server: Server) => Promise<void>): void;
}

/**
 * Gives the tests of this suite (a file or a `describe`) a server: started before them, stopped after them.
 *
 * When no server can be had, each test is skipped with the reason, which is also printed to standard error. With
 * `OSIRIS_REQUIRE_SERVICES=1` the suite fails instead.
 */
export function useServer(plan: ServerPlan): SuiteServer {
  const suite = new StartedForSuite(plan);
  beforeAll(() => suite.start(), START_TIMEOUT);
  afterAll(() => suite.stop(), STOP_TIMEOUT);
  beforeEach(({ skip }) => {
    const reason = suite.skipReason();
    if (reason !== undefined) skip(reason);
  });
  return suite;
}

type SuiteState =
  | { readonly kind: "outside" }
  | { readonly kind: "started"; readonly server: Server }
  | { readonly kind: "unavailable"; readonly error: ServerUnavailableError };

class StartedForSuite implements SuiteServer {
  readonly #plan: ServerPlan;
  #state: SuiteState = { kind: "outside" };

  constructor(plan: ServerPlan) {
    this.#plan = plan;
  }

  get url(): string {
    return this.#server().url;
  }
  get host(): string {
    return this.#server().host;
  }
  get port(): number {
    return this.#server().port;
  }
  get user(): string {
    return this.#server().user;
  }
  get password(): string {
    return this.#server().password;
  }
  get database(): string {
    return this.#server().database;
  }
  get origin(): RunningServer["origin"] {
    return this.#server().origin;
  }
  get process(): RunningServer["process"] {
    return this.#server().process;
  }
  log(): string {
    return this.#server().log();
  }

  prepare(run: (server: Server) => Promise<void>): void {
    beforeAll(async () => {
      if (this.#state.kind !== "unavailable") await run(this.#server());
    });
  }

  async start(): Promise<void> {
    try {
      this.#state = { kind: "started", server: await startServer(this.#plan) };
    } catch (error) {
      if (!(error instanceof ServerUnavailableError) || process.env["OSIRIS_REQUIRE_SERVICES"] === "1")
        throw error;
      this.#state = { kind: "unavailable", error };
      announce(error);
    }
  }

  async stop(): Promise<void> {
    const state = this.#state;
    this.#state = { kind: "outside" };
    if (state.kind === "started") await state.server.close();
  }

  skipReason(): string | undefined {
    return this.#state.kind === "unavailable" ? this.#state.error.message : undefined;
  }

  /** Another server of the suite may need this one: its being unavailable passes on. */
  #server(): Server {
    const state = this.#state;
    if (state.kind === "started") return state.server;
    if (state.kind === "unavailable") throw state.error;
    throw new Error(`${this.#plan.name} is there only while the tests of its suite run`);
  }
}

const announced = new Set<string>();

function announce({ message }: ServerUnavailableError): void {
  if (announced.has(message)) return;
  announced.add(message);
  process.stderr.write(`osiris tests: SKIPPED, because ${message}\n`);
}
