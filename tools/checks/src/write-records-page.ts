import { join } from "node:path";
import { writeRecordsPage } from "./records-page.ts";

writeRecordsPage(join(import.meta.dirname, "../../.."));
