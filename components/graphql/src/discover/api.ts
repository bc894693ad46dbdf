import { createHttpClient } from "@osiris/http";
import type { GraphqlConnection } from "../config.ts";
import { credentialHeaders } from "../transport/credentials.ts";
import { endpointOf } from "../transport/endpoint.ts";
import { errorsOf, failedAnswer, isThrottled, throttledError } from "../transport/graphql-errors.ts";
import { openPost } from "../transport/post.ts";
import type { JsonObject } from "../transport/session.ts";
import { tlsOf } from "../transport/tls.ts";
import { isObject } from "../json.ts";

/** An API that is asked a few things outside of a run: no retries, no waiting for limits. */
export interface Api extends AsyncDisposable {
  readonly host: string;
  /**
   * The data of the answer; errors beside it are left out.
   * @throws OsirisError `http.*`, `graphql.*` when there is none
   */
  ask(query: string, signal: AbortSignal): Promise<JsonObject>;
}

/** Nothing is sent before the first question. Disposing of it closes all connections. */
export async function openApi(connection: GraphqlConnection): Promise<Api> {
  const endpoint = endpointOf(connection.endpoint);
  const headers = credentialHeaders(connection);
  const client = createHttpClient({
    headers,
    timeoutMs: connection.timeout * 1000,
    tls: await tlsOf(connection),
  });
  const who = `The GraphQL API at ${endpoint.host}`;
  const ownHeaders = Object.keys(headers);
  const post = openPost({ endpoint, fetch: client.fetch, ownHeaders, who, mask: client.mask });
  return {
    host: endpoint.host,
    ask: async (text, signal) => {
      const { body } = await post({ text, variables: {} }, signal);
      if (isObject(body["data"])) return body["data"];
      const errors = errorsOf(body["errors"], client.mask);
      throw isThrottled(errors) ? throttledError(who, errors, undefined) : failedAnswer(who, errors);
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** The connection, when it has an endpoint; its other fields have the spec's defaults. */
export function withEndpoint(connection: Partial<GraphqlConnection>): GraphqlConnection | undefined {
  return connection.endpoint === undefined ? undefined : (connection as GraphqlConnection);
}
