import { open } from "node:fs/promises";

/** So many lines are at most read again after a crash. */
const LINES_PER_CHECKPOINT = 10_000;

const COLUMNS = [
  { name: "id", type: "BIGINT" },
  { name: "customer", type: "VARCHAR" },
  { name: "amount", type: "VARCHAR" },
];

export const journal = {
  async run({ config, ctx }) {
    // The newest id of the last run that succeeded, or of this run's checkpoint when an attempt goes on after it.
    let { newest, line } = ctx.resumed ?? { newest: ctx.state?.newest ?? 0, line: 0 };
    const table = await ctx.createTable(COLUMNS);
    const rejects = await ctx.openRejects();
    const file = await open(config.path);
    let number = 0;
    try {
      for await (const text of file.readLines({ signal: ctx.signal })) {
        number += 1;
        if (number <= line) continue;
        const order = parse(text);
        if (order === undefined)
          rejects.add({ row: text, reason: "is no order", source: config.path, line: number });
        else if (order.id > newest) {
          table.append({ id: order.id, customer: order.customer, amount: order.amount });
          newest = order.id;
        }
        if (number % LINES_PER_CHECKPOINT === 0) await ctx.checkpoint({ newest, line: number });
      }
    } finally {
      await file.close();
    }
    return { rows: table.rows, state: { newest } };
  },
};

function parse(text) {
  try {
    const order = JSON.parse(text);
    return Number.isSafeInteger(order?.id) ? order : undefined;
  } catch {
    // The caller rejects it, with its place.
    return undefined;
  }
}
