/**
 * Ten steps, again and again: readers whose columns are known and one whose columns are not, SQL over one to three
 * tables, with needs and without, and writers.
 */
const GROUP: readonly ((n: number) => string)[] = [
  (n) => reader(`orders-${n}`, '{ id: BIGINT, customer_id: BIGINT, amount: "DECIMAL(12,2)", sold_on: DATE }'),
  (n) => reader(`customers-${n}`, "{ id: BIGINT, name: VARCHAR, country: VARCHAR }"),
  (n) => reader(`rates-${n}`, "{ country: VARCHAR, rate: DOUBLE, valid_from: TIMESTAMP }"),
  (n) => reader(`raw-${n}`, undefined),
  (n) =>
    sql(
      `recent-${n}`,
      `SELECT id, customer_id, amount, date_trunc('month', sold_on) AS month
        FROM orders_${n}
        WHERE amount > \${params.min_amount} AND sold_on >= DATE '\${params.since}'`,
    ),
  (n) =>
    sql(
      `by-customer-${n}`,
      `SELECT c.id, c.name, c.country, r.month, sum(r.amount) AS amount, count(*) AS orders
        FROM recent_${n} AS r
        JOIN customers_${n} AS c ON c.id = r.customer_id
        GROUP BY ALL`,
    ),
  (n) =>
    sql(
      `converted-${n}`,
      `WITH latest AS (
          SELECT country, arg_max(rate, valid_from) AS rate FROM rates_${n} GROUP BY country
        )
        SELECT b.*, b.amount * l.rate AS converted, o.first_order
        FROM by_customer_${n} AS b
        JOIN latest AS l USING (country)
        JOIN (SELECT customer_id, min(sold_on) AS first_order FROM orders_${n} GROUP BY 1) AS o
          ON o.customer_id = b.id
        ORDER BY converted DESC
        LIMIT \${params.top}`,
    ),
  (n) =>
    sql(`cleaned-${n}`, `SELECT DISTINCT trim(code) AS code, label FROM raw_${n} WHERE code IS NOT NULL`),
  (n) => writer(`report-${n}`, `converted-${n}`),
  (n) => writer(`codes-${n}`, `cleaned-${n}`),
];

/** A pipeline of so many steps. */
export function pipelineText(steps: number): string {
  return text(steps, (step) => step);
}

/** The same with a mistake in every step: a setting of a wrong name, and names of steps that are not there. */
export function brokenPipelineText(steps: number): string {
  return text(steps, (step) =>
    step
      .replace("needs: []\n    config:\n      path:", "needs: [order-0]\n    config:\n      pth:")
      .replace(/needs: \[(\w)/, "needs: [x$1")
      .replace(/FROM (\w)(?=\w*_\d)/, "FROM x$1"),
  );
}

function text(steps: number, change: (step: string) => string): string {
  const parts = Array.from({ length: steps }, (_, index) => {
    const step = GROUP[index % GROUP.length] ?? GROUP[0];
    return step === undefined ? "" : change(step(Math.floor(index / GROUP.length)));
  });
  return `oml_version: "0.1.0"
name: bench
description: Made for measuring.
params:
  region: { type: string, default: emea, enum: [emea, apac, americas] }
  since: { type: string, default: "2026-01-01" }
  min_amount: { type: number, default: 10.5, min: 0 }
  top: { type: integer, default: 100 }
  delimiter: ";"
steps:
${parts.join("")}`;
}

function reader(id: string, dtype: string | undefined): string {
  return `  - id: ${id}
    component: filesystem.csv_extractor
    mode: read
    needs: []
    config:
      path: data/\${params.region}/${id}.csv
      delimiter: "\${params.delimiter}"
${dtype === undefined ? "" : `      dtype: ${dtype}\n`}`;
}

function sql(id: string, query: string): string {
  return `  - id: ${id}
    component: duckdb.processor
    mode: transform
    config:
      query: |
        ${query}
`;
}

function writer(id: string, need: string): string {
  return `  - id: ${id}
    component: filesystem.csv_writer
    mode: write
    needs: [${need}]
    config:
      path: out/\${params.region}/${id}.csv
      delimiter: "\${params.delimiter}"
`;
}
