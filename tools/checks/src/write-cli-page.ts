import { join } from "node:path";
import { writeCliPage } from "./cli-page.ts";

writeCliPage(join(import.meta.dirname, "../../.."));
