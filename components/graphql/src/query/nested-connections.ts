import { Kind } from "graphql";
import type { ParentLookup } from "../config.ts";
import { argumentOf, type Connection } from "./connections.ts";
import { FollowUpQueries } from "./follow-up-queries.ts";
import { checkLookups, DEFAULT_LOOKUP } from "./lookups.ts";
import { missingPageInfo, placeOfField, refuseBackwards } from "./pagination.ts";
import type { Planning } from "./planning.ts";
import type { NestedConnection, PaginationPlan } from "./query-plan.ts";
import { childNamed, nameOf, type Selected } from "./selection.ts";

/** Plans the follow-up queries of connections inside of rows. */
export class NestedConnections {
  readonly #planned = new Map<Selected, NestedConnection | undefined>();
  readonly #queries: FollowUpQueries;
  readonly #planning: Planning;
  readonly #pagedBy: string | undefined;

  /** @param pagination how the rows themselves are paged */
  constructor(planning: Planning, pagination: PaginationPlan | undefined) {
    this.#planning = planning;
    this.#pagedBy = pagination?.variable;
    const outerCursor = pagination?.kind === "relay" ? pagination.variable : undefined;
    this.#queries = new FollowUpQueries(planning.document, planning.schema, outerCursor);
  }

  /** The query as it has to be sent. */
  get text(): string {
    return this.#queries.text;
  }

  /**
   * @param holder the object that has the connection
   * @returns undefined when its pages are not wanted, or cannot be asked for, which is then among the problems
   */
  plan(connection: Connection, holder: Selected): NestedConnection | undefined {
    if (!this.#planned.has(connection.field)) {
      this.#planned.set(connection.field, this.#plan(connection, holder));
    }
    return this.#planned.get(connection.field);
  }

  #plan(connection: Connection, holder: Selected): NestedConnection | undefined {
    const name = nameOf(connection.field);
    if (this.#planning.config.nested[name]?.follow === false) return undefined;
    const lookup = { ...DEFAULT_LOOKUP, ...this.#planning.config.nested[name] };
    const key = this.#keyOf(holder, lookup, connection);
    const isComplete = this.#canBeFollowed(connection);
    const { cursor, hasNext, pageInfo, items, field } = connection;
    if (!isComplete || key === undefined || !cursor || !hasNext || !pageInfo) return undefined;
    this.#queries.askForType(holder);
    return {
      name,
      items: items.key,
      cursor: [pageInfo.key, cursor.key],
      hasNext: [pageInfo.key, hasNext.key],
      parentKey: key.key,
      parentType: this.#queries.typeAlias,
      idVariable: this.#queries.idVariable,
      cursorVariable: this.#queries.cursorVariable,
      variables: this.#queries.variablesOf(field),
      followUp: this.#queries.of(field, lookup),
      answer: ["data", lookup.field, field.key],
    };
  }

  /** Checks the settings for connections, and the look-ups. Call it when all are planned. */
  check(): void {
    checkLookups(this.#planning, this.#planned, this.#queries);
  }

  #keyOf(holder: Selected, lookup: ParentLookup, connection: Connection): Selected | undefined {
    const { problems } = this.#planning;
    const name = nameOf(connection.field);
    if (holder.parent === undefined) {
      problems.add(
        this.#planning.config.data_path === undefined ? "/query" : "/data_path",
        `The rows are data itself, and ${name} is a connection in it, of which only one page would be read`,
        `Set data_path: data.${nameOf(connection.node)}, and use a step for each connection.`,
      );
      return undefined;
    }
    const key = childNamed(holder, lookup.key);
    if (key === undefined) {
      problems.add(
        "/query",
        `Further pages of ${name} are asked for by ${lookup.key}, which the query does not select in ${nameOf(holder)} ` +
          `(${placeOfField(connection.field)})`,
        `Add ${lookup.key} in ${nameOf(holder)}, or say in nested["${name}"] how one of its objects is found.`,
      );
    }
    return key;
  }

  #canBeFollowed(connection: Connection): boolean {
    const { problems } = this.#planning;
    const { field } = connection;
    const name = nameOf(field);
    const onePage = `Or set nested["${name}"]: { follow: false } when this page is all that is wanted.`;
    if (refuseBackwards(this.#planning, connection, onePage)) return false;
    const missing = missingPageInfo(this.#planning, connection);
    if (missing.length > 0) {
      const message = `${name} is a connection inside of rows, and only its first page would be read (${placeOfField(field)})`;
      const orSchema =
        this.#planning.schema === undefined ? " If it is none, set schema, which tells so." : "";
      problems.add("/query", message, `Add ${missing.join("; ")}. ${onePage}${orSchema}`);
      return false;
    }
    return this.#hasOneList(connection) && this.#hasCursorOfItsOwn(field) && this.#isOfOneType(field);
  }

  #hasOneList({ field }: Connection): boolean {
    const both = ["nodes", "edges"].every((name) => (childNamed(field, name)?.children.size ?? 0) > 0);
    if (!both) return true;
    const message = `${nameOf(field)} selects its items twice, as nodes and as edges (${placeOfField(field)})`;
    this.#planning.problems.add("/query", message, "Select one of them.");
    return false;
  }

  #hasCursorOfItsOwn(field: Selected): boolean {
    const after = argumentOf(field, "after")?.value;
    const isVariable = after?.kind === Kind.VARIABLE;
    if (
      after === undefined ||
      after.kind === Kind.NULL ||
      (isVariable && after.name.value !== this.#pagedBy)
    ) {
      return true;
    }
    const message = isVariable
      ? `${nameOf(field)} and the connection around it share the cursor $${after.name.value} (${placeOfField(field)})`
      : `The first page of ${nameOf(field)} begins after a fixed cursor (${placeOfField(field)})`;
    this.#planning.problems.add(
      "/query",
      message,
      `Leave after: out of ${field.name}: it is put in for further pages.`,
    );
    return false;
  }

  /** Without a schema it cannot be told which of several types an object has. */
  #isOfOneType({ occurrences, ...field }: Selected): boolean {
    const conditions = new Set(occurrences.map(({ on }) => on.join(" ")));
    if (this.#planning.schema !== undefined || conditions.size < 2) return true;
    const name = nameOf({ ...field, occurrences });
    const message = `${name} is selected for several types under one name`;
    this.#planning.problems.add("/query", message, "Give each an alias of its own, or set schema.");
    return false;
  }
}
