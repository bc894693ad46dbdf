import { OsirisError } from "@osiris/core";

/** The endpoint's URL. Errors do not show it: it may hold credentials. */
export function endpointOf(text: string): URL {
  if (!URL.canParse(text)) throw badEndpoint("endpoint is not a URL");
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw badEndpoint(`endpoint begins with ${url.protocol}, not with https:`);
  }
  if (url.username !== "" || url.password !== "") {
    throw badEndpoint(
      "endpoint holds a user name or a password",
      "Set auth_type: basic, auth_username and auth_token instead.",
    );
  }
  return url;
}

function badEndpoint(
  message: string,
  hint = "Give a URL such as https://api.example.com/graphql.",
): OsirisError {
  return new OsirisError({ code: "graphql.bad_endpoint", category: "usage", message, hint });
}
