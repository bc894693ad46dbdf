import { isOsirisError, type OsirisError } from "@osiris/core";

/** The error that a promise rejects with; one of ours, or the test fails. */
export async function failure(promise: Promise<unknown>): Promise<OsirisError> {
  const error: unknown = await promise.then(
    () => new Error("It did not fail"),
    (error: unknown) => error,
  );
  if (!isOsirisError(error)) throw error;
  return error;
}
