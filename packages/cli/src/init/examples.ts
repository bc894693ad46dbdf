/** What a new project can begin with. */
export const EXAMPLES = ["files", "connection"] as const;
export type Example = (typeof EXAMPLES)[number];

export const EXAMPLE_TITLES: Readonly<Record<Example, string>> = {
  files: "CSV files, SQL, a CSV file",
  connection: "the same, through a connection that .env can point elsewhere",
};

/** The components that the examples use, and the packages that bring them. */
export const EXAMPLE_PACKAGES: Readonly<Record<string, string>> = {
  "filesystem.csv_extractor": "@osiris/driver-csv",
  "filesystem.csv_writer": "@osiris/driver-csv",
  "duckdb.processor": "@osiris/driver-duckdb",
};

/** Files by their path from the project's folder. */
export type ProjectFiles = Readonly<Record<string, string>>;

/** The example's own files. */
export function exampleFiles(example: Example, name: string, schema: string | undefined): ProjectFiles {
  const withConnection = example === "connection";
  return {
    "pipeline.yaml": pipeline(name, withConnection, schema),
    "data/customers.csv": CUSTOMERS,
    "data/orders.csv": ORDERS,
    ...(withConnection ? { "osiris_connections.yaml": CONNECTIONS, ".env.example": ENV } : {}),
  };
}

function pipeline(name: string, withConnection: boolean, schema: string | undefined): string {
  const reads = (file: string): string =>
    withConnection ? `{ connection: "@filesystem.shop", path: ${file} }` : `{ path: data/${file} }`;
  const head = schema === undefined ? "" : `# yaml-language-server: $schema=${schema}\n`;
  return `${head}oml_version: "0.1.0"
name: ${name}
description: What each country has ordered.

params:
  least: { type: integer, default: 1, min: 1, description: Leave out countries with fewer orders }

steps:
  - id: customers
    component: filesystem.csv_extractor
    mode: read
    config: ${reads("customers.csv")} # types are found, and no value is changed

  - id: orders
    component: filesystem.csv_extractor
    mode: read
    needs: [] # waits for nothing: both are read at once
    config: ${reads("orders.csv")}

  - id: countries
    component: duckdb.processor
    mode: transform
    config:
      query: |
        SELECT c.country, count(*) AS orders, sum(o.amount) AS amount, max(o.ordered) AS last_order
        FROM orders o
        JOIN customers c ON c.id = o.customer_id
        GROUP BY ALL
        HAVING count(*) >= \${params.least}
        ORDER BY amount DESC, country

  - id: report
    component: filesystem.csv_writer
    mode: write
    needs: [countries]
    config: { path: out/countries.csv }
`;
}

const CUSTOMERS = `id,name,country
1,Ada Novak,CZ
2,Bo Lind,SE
3,Chiara Rossi,IT
4,Dana Novak,CZ
`;

const ORDERS = `id,customer_id,ordered,amount
100,1,2026-01-05,19.90
101,2,2026-01-07,250.00
102,1,2026-02-11,5.10
103,4,2026-02-12,42.00
104,3,2026-03-01,99.99
`;

const CONNECTIONS = `# What steps reach the outside with. "osiris connections doctor" checks it, "osiris discover @filesystem.shop" looks inside.
connections:
  filesystem:
    shop:
      base_dir: \${DATA_DIR:-data}
`;

const ENV = `# Copy it to .env, which is not for the repository. Exported variables win.
# DATA_DIR=/srv/shop
`;
