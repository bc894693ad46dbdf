import { join } from "node:path";
import { writeFindingsPage } from "./findings-page.ts";

writeFindingsPage(join(import.meta.dirname, "../../.."));
