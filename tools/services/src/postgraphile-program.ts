/**
 * A PostGraphile over one schema of a PostgreSQL, in a process of its own:
 *
 *   node postgraphile-program.ts INSTALLATION CONNECTION_STRING SCHEMA HOST PORT
 *
 * Its packages are those of the installation, a folder with node_modules, and not of this repository.
 */
import { createServer } from "node:http";
import { createRequire } from "node:module";
import path from "node:path";

/** What is used of PostGraphile, whose types are not installed here. */
interface PostgraphileModules {
  readonly postgraphile: (preset: object) => { createServ(grafserv: unknown): Serv };
  readonly PostGraphileAmberPreset: object;
  readonly makePgService: (options: { connectionString: string; schemas: readonly string[] }) => object;
  readonly grafserv: unknown;
}

interface Serv {
  addTo(server: ReturnType<typeof createServer>): Promise<void>;
}

const [installation = "", connectionString = "", schema = "", host = "", port = ""] = process.argv.slice(2);

const { resolve } = createRequire(path.join(installation, "package.json"));
const modules = await Promise.all(
  [
    "postgraphile",
    "postgraphile/presets/amber",
    "postgraphile/adaptors/pg",
    "postgraphile/grafserv/node",
  ].map((name) => import(resolve(name))),
);
const { postgraphile, PostGraphileAmberPreset, makePgService, grafserv }: PostgraphileModules = Object.assign(
  {},
  ...modules,
);

const server = createServer();
await postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [makePgService({ connectionString, schemas: [schema] })],
  grafserv: { graphiql: false, watch: false },
})
  .createServ(grafserv)
  .addTo(server);
server.listen(Number(port), host, () => process.stdout.write("PostGraphile takes requests\n"));
