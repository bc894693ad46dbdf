/** A driver package in which nothing is wrong, with most of what a spec can have. */
export const ORDERS_DRIVER = {
  "package.json": `{
  "name": "osiris-driver-orders",
  "version": "2.0.0",
  "type": "module",
  "files": ["spec.yaml", "lib"],
  "osiris": {
    "contract": 1,
    "components": ["./spec.yaml"]
  },
  "peerDependencies": { "@osiris/core": "^1.0.0" }
}
`,
  "spec.yaml": `name: orders.extractor
version: 1.2.0
title: Orders of a shop
description: Reads the orders of a shop, the newest ones first, as far back as the shop keeps them, page by page.
modes: [extract]
inputs: none
hosts: [/url]
secrets: [/token, /headers/X-Shop]
x-connection-fields:
  - { name: url, override: forbidden }
  - token
constraints:
  - when: { required: [since] }
    must: { required: [until] }
    error: since needs until.
configSchema:
  type: object
  additionalProperties: false
  required: [url, token]
  properties:
    url: { type: string, description: The shop. }
    token: { type: string, description: Its key. }
    since: { type: string, format: date }
    until: { type: string, format: date }
    headers: { type: object, additionalProperties: { type: string } }
    retry:
      type: object
      required: [times]
      properties:
        times: { type: integer, minimum: 1, description: How often to ask again. }
        wait: { oneOf: [{ type: number }, { enum: [none] }], default: 1.5 }
    columns: { type: array, items: { $ref: "#/$defs/column" } }
  $defs:
    column: { type: object, properties: { name: { type: string }, kind: { enum: [text, number] } } }
examples:
  - title: All orders
    config: { url: "https://shop.example", token: "\${SHOP_TOKEN}" }
  - title: A year, from a connection
    config:
      connection: "@orders.main"
      since: 2026-01-01
      until: 2026-12-31
x-runtime:
  driver: ./lib/driver.js#orders
`,
  "lib/driver.js": `export const orders = {
  async run() {
    throw new Error("nobody runs this");
  },
  validate({ url, since, until }) {
    if (typeof url !== "string") throw new Error("the url is missing");
    return since > until ? [{ path: "/since", message: "since is after until", hint: "Swap them." }] : [];
  },
  columns({ columns }) {
    return columns?.map(({ name }) => ({ name, type: "VARCHAR" })) ?? [{ name: "id", type: "BIGINT" }];
  },
};
`,
} as const;
