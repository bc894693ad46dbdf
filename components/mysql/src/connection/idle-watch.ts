import { OsirisError } from "@osiris/core";
import { placeOf, type Wire } from "./wire.ts";
import type { MysqlConnection } from "../config.ts";

/** The time is counted in so many looks, of which all have to see nothing: a pause of this process counts as one. */
const LOOKS = 10;

/** Ends a wire over which no byte goes although something is under way. Nothing is watched with a timeout of 0. */
export function watchIdle(
  wire: Wire,
  config: MysqlConnection,
  onIdle: (reason: OsirisError) => void,
): Disposable {
  if (config.idle_timeout === 0) return { [Symbol.dispose]: () => {} };
  let seen = -1;
  let quiet = 0;
  const look = (): void => {
    const bytes = wire.bytes();
    const waiting = wire.busy() && !wire.paused() && bytes === seen;
    quiet = waiting ? quiet + 1 : 0;
    seen = bytes;
    if (quiet >= LOOKS) onIdle(silent(config));
  };
  const timer = setInterval(look, (config.idle_timeout * 1000) / LOOKS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

function silent(config: MysqlConnection): OsirisError {
  return new OsirisError({
    code: "mysql.idle_timeout",
    category: "external",
    message: `The server ${placeOf(config)} was silent for ${config.idle_timeout} s while a statement was under way`,
    hint: "The connection may be cut, or the statement takes long until its first row: idle_timeout gives it longer, 0 for ever.",
    retryable: true,
  });
}
