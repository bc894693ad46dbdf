import { driverPackage, projectManifest } from "./driver-package.ts";

/** A project with a third-party driver package whose two components take connections. */
export const FILM_STORE: Readonly<Record<string, string>> = {
  "package.json": projectManifest("osiris-driver-acme"),
  ...driverPackage("osiris-driver-acme", [
    {
      name: "acme.films",
      mode: "extract",
      inputs: "none",
      run: "",
      spec: {
        title: "Film store",
        description: "Reads films from a store.",
        modes: ["extract", "write"],
        secrets: ["/password"],
        "x-connection-fields": ["host", "port", { name: "password", override: "forbidden" }],
        configSchema: {
          type: "object",
          additionalProperties: false,
          required: ["host", "password", "genre"],
          properties: {
            host: { type: "string", minLength: 1, description: "The store's server." },
            port: { $ref: "#/$defs/port" },
            password: { type: "string", description: "The store's password." },
            genre: { enum: ["drama", "comedy"], description: "Which films." },
            pages: { $ref: "#/$defs/pages" },
          },
          $defs: {
            port: { type: "integer", minimum: 1, maximum: 65535 },
            pages: {
              type: "object",
              additionalProperties: false,
              properties: { size: { type: "integer", default: 100 }, all: { type: "boolean" } },
            },
          },
        },
        examples: [{ title: "Comedies", config: { connection: "@acme.main", genre: "comedy" } }],
      },
    },
    {
      name: "acme.prices",
      mode: "extract",
      inputs: "none",
      run: "",
      spec: {
        "x-connection-fields": ["host", "currency"],
        configSchema: {
          type: "object",
          required: ["host"],
          properties: {
            host: { type: "array", items: { type: "string" }, description: "The servers." },
            currency: { enum: ["CZK", "EUR"], default: "CZK" },
          },
        },
        examples: [{ title: "Prices", config: { host: ["a"] } }],
      },
    },
  ]),
};
