// A MariaDB server for this example: it starts one in a temporary folder, fills it, runs the command that it is given, tells it by the
// environment where the server is, and takes the server away.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mariadbServer, startServer } from "@osiris/services";
import { createConnection } from "mysql2/promise";

const server = await startServer(mariadbServer());
try {
  const client = await createConnection({ uri: server.url, multipleStatements: true });
  await client.query(readFileSync(new URL("shop.sql", import.meta.url), "utf8"));
  await client.end();

  const { host, port, user, password } = server;
  const shop = { SHOP_HOST: host, SHOP_PORT: String(port), SHOP_USER: user, SHOP_PASSWORD: password };
  const [command, ...args] = process.argv.slice(2);
  const env = { ...process.env, ...shop };
  const child = spawn(command, args, { env, stdio: "inherit", shell: process.platform === "win32" });
  const [code] = await once(child, "exit");
  process.exitCode = code ?? 1;
} finally {
  await server.close();
}
