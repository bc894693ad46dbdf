import { OsirisError, type Discovery, type DiscoverRequest, type Resource } from "@osiris/core";
import type { GraphqlConnection } from "../config.ts";
import { loadSchema } from "../query/load-schema.ts";
import { openApi, withEndpoint, type Api } from "./api.ts";
import { introspect } from "./introspect.ts";
import { queryResources, type QueryResource } from "./resources.ts";
import { lookAtRows, type Looked } from "./samples.ts";

/** As many rows as nearly all APIs allow in a page. */
const PAGE_ROWS = 100;

/** More names than this help nobody. */
const MAX_LISTED = 20;

/** What the API's query gives without arguments, each with a query that reads it. */
export async function discoverQueries(request: DiscoverRequest<GraphqlConnection>): Promise<Discovery> {
  const { connection, samples, signal } = request;
  const complete = withEndpoint(connection);
  await using api = complete && (await openApi(complete));
  const schema =
    connection.schema === undefined
      ? await introspect(api ?? noEndpoint(), signal)
      : await loadSchema(connection.schema, signal);
  const { resources, needArguments, unpaged } = queryResources(schema);
  // A schema in a file answers without a request, unless rows are asked for.
  const isAsked = api !== undefined && (connection.schema === undefined || samples > 0);
  const open = isAsked ? resources.filter(({ totalQuery }) => samples > 0 || totalQuery !== undefined) : [];
  const looked = api === undefined ? new Map<string, Looked>() : await lookAtRows(api, open, samples, signal);
  const unseen = open.map(({ name }) => name).filter((name) => !looked.has(name));
  const notes = [
    ...(needArguments.length === 0 ? [] : [`${listed(needArguments)} need arguments`]),
    ...(unpaged.length === 0 ? [] : [`${listed(unpaged)} cannot be asked for further pages`]),
    ...(unseen.length === 0 ? [] : [`there was no time to look into ${listed(unseen)}`]),
  ];
  return {
    resources: resources.map((resource) => asResource(resource, looked.get(resource.name))),
    ...(notes.length === 0 ? {} : { incomplete: notes.join("; ") }),
  };
}

function asResource(resource: QueryResource, looked: Looked | undefined): Resource {
  const { name, kind, columns } = resource;
  return {
    name,
    kind,
    columns: columns.map(({ column }) => column),
    config: { query: resource.query(PAGE_ROWS) },
    ...looked,
  };
}

function noEndpoint(): Api {
  throw new OsirisError({
    code: "graphql.no_endpoint",
    category: "usage",
    message: "The connection has no endpoint to ask for its schema",
    hint: "Set endpoint, or set schema to a file with the API's schema.",
  });
}

function listed(names: readonly string[]): string {
  const more = names.length > MAX_LISTED ? ` and ${names.length - MAX_LISTED} more` : "";
  return `${names.slice(0, MAX_LISTED).join(", ")}${more}`;
}
