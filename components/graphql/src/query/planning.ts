import type { GraphQLSchema } from "graphql";
import type { GraphqlConfig } from "../config.ts";
import type { PageFields } from "./connections.ts";
import type { QueryDocument } from "./document.ts";
import type { Problems } from "./problems.ts";
import type { Selected } from "./selection.ts";

/** What the parts of a plan are made of. */
export interface Planning {
  readonly config: GraphqlConfig;
  readonly schema: GraphQLSchema | undefined;
  readonly document: QueryDocument;
  /** The answer's `data`. */
  readonly root: Selected;
  readonly pageFields: PageFields;
  readonly problems: Problems;
}
