import { join } from "node:path";
import { writeTypeTables } from "./type-tables.ts";

writeTypeTables(join(import.meta.dirname, "../../.."));
