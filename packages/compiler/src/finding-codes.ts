/** What a code stands for: read by the reference page, which is made of this table. */
export interface FindingCodeEntry {
  /** A warning does not keep a pipeline from running. @default "error" */
  readonly severity?: "warning";
  readonly cause: string;
  readonly remedy: string;
}

/** Every code that a check of a file can report. The page docs/reference/findings.md is generated from it. */
export const FINDING_CODES = {
  "yaml.syntax": {
    cause: "The file is not YAML, or holds several documents.",
    remedy: "Mend the line. Texts with `:` or `#` in them need quotes; indent with spaces.",
  },
  "yaml.duplicate_key": {
    cause: "One mapping has the same key twice; YAML would keep one of them in silence.",
    remedy: "Keep one.",
  },
  "yaml.too_deep": { cause: "The file is nested more deeply than can be read.", remedy: "Flatten it." },
  "yaml.too_large": {
    cause: "The file is larger than any file of its kind.",
    remedy: "Name the right file. Data belongs into files that a step reads.",
  },
  "yaml.unsafe_integer": {
    cause: "A number has more digits than can be kept exactly.",
    remedy: "Put it in quotes.",
  },
  "yaml.not_finite": {
    cause: "A number is infinite or none: `.inf`, `.nan`, or one as large as `1e999`.",
    remedy: "Put it in quotes if it is a text; else write a number.",
  },
  "yaml.aliases": {
    cause: "An alias (`*name`) points nowhere or to itself, or aliases multiply beyond measure.",
    remedy: "Write the repeated part out.",
  },
  "yaml.tag": {
    cause: "A value has a tag (`!name`) that means nothing here, such as `!include` or `!!binary`.",
    remedy: "Remove it, or put quotes around a text that begins with `!`.",
  },

  "oml.unknown_key": {
    cause: "The pipeline file has a key that means nothing there.",
    remedy: "Correct its name, or remove it. Settings of a component go under `config`.",
  },
  "oml.missing_key": { cause: "The pipeline file lacks a key.", remedy: "Add it." },
  "oml.wrong_value": { cause: "A value is not one of those allowed there.", remedy: "Write one that is." },
  "oml.wrong_type": { cause: "A value has another type than is wanted there.", remedy: "Change it." },
  "oml.alias": {
    severity: "warning",
    cause: "`uses` and `with` are the old names of `component` and `config`.",
    remedy: "Rename the key. The old name still works.",
  },
  "oml.both_names": {
    cause: "A step has a key under its old name and its new one.",
    remedy: "Keep `component` and `config`, remove `uses` and `with`.",
  },

  "file.unknown_key": {
    cause:
      "osiris.yaml, osiris_connections.yaml, a spec.yaml or a driver's package.json has a key that means nothing there.",
    remedy: "Correct its name, or remove it.",
  },
  "file.missing_key": { cause: "Such a file lacks a key.", remedy: "Add it." },
  "file.wrong_value": { cause: "Such a file has a value that is not allowed there.", remedy: "Change it." },
  "file.wrong_type": {
    cause: "Such a file has a value of another type than is wanted.",
    remedy: "Change it.",
  },

  "params.unknown": {
    cause: "`--param` or a profile sets a parameter that the pipeline does not declare.",
    remedy: "Correct the name, or declare it under `params`.",
  },
  "params.missing": {
    cause: "A parameter has neither a default nor a value.",
    remedy: "Give it one with `--param name=value` or in a profile, or declare a `default`.",
  },
  "params.wrong_type": {
    cause: "A parameter's value is not of its declared type.",
    remedy: "Correct the value.",
  },
  "params.not_allowed": { cause: "A parameter's value is not in its `enum`.", remedy: "Use one that is." },
  "params.out_of_range": {
    cause: "A parameter's value is below its `min` or above its `max`.",
    remedy: "Use one within the range.",
  },
  "params.bad_declaration": {
    cause:
      "A parameter is declared in a way that no value can meet, such as `min` above `max`, or `min` for a text.",
    remedy: "Correct the declaration.",
  },
  "params.unresolved": {
    cause: "`${params.name}` names a parameter that is not declared.",
    remedy: "Correct the name, or declare it under `params`.",
  },
  "profile.unknown": {
    cause: "`--profile` names a profile that the pipeline does not declare.",
    remedy: "Correct the name, or declare it under `profiles`.",
  },
  "reference.unknown": {
    cause: "`${…}` holds neither a parameter nor the name of an environment variable.",
    remedy: "Write `${params.name}` or `${NAME}` in capitals; `$${` stands for the characters themselves.",
  },
  "reference.not_here": {
    cause: "`${NAME}` stands where the environment cannot be used, such as in SQL.",
    remedy: "Use a parameter: it is known, and checked, when the pipeline is compiled.",
  },

  "step.bad_id": {
    cause: "A step's id cannot be the name of a table and of a file.",
    remedy: "Use a-z, 0-9, `_` and `-`, start with a letter, 63 characters at most.",
  },
  "step.duplicate_id": {
    cause: "Two steps have one id, or ids that give one table.",
    remedy: "Rename one of them.",
  },
  "step.unknown_component": {
    cause: "No installed driver package brings the component.",
    remedy: "Correct the name, or install the package; `osiris components list` shows what there is.",
  },
  "step.denied_component": {
    cause: "osiris.yaml does not allow the component.",
    remedy: "Change `components` in osiris.yaml, or use another component.",
  },
  "step.wrong_mode": {
    cause: "The component cannot do what `mode` asks for.",
    remedy: "Write a mode that it has.",
  },
  "step.driver_broken": {
    cause: "The component's driver cannot be loaded, or fails while it checks a config.",
    remedy: "Reinstall or update its package; if that does not help, tell its author.",
  },
  "step.unknown_need": { cause: "`needs` names no step of the pipeline.", remedy: "Correct the name." },
  "step.forward_need": {
    cause: "A step waits for one that stands below it.",
    remedy: "Move that one up: steps need only steps above them.",
  },
  "step.cycle": { cause: "Steps wait for each other.", remedy: "Remove one of their needs." },
  "step.no_input": {
    cause: "A step takes a table and has none, or has an `input` that it cannot use.",
    remedy: "Name the upstream step in `needs`, or remove `input`.",
  },
  "step.many_inputs": {
    cause: "A step takes one table, and its needs make several.",
    remedy: "Choose one with `input: <table>`.",
  },
  "step.unknown_input": {
    cause: "`input` names no table of the step's needs.",
    remedy: "Correct the name.",
  },
  "step.same_file": {
    cause: "Two steps write one file, or one reads what another writes and neither waits for the other.",
    remedy: "Give each a file of its own, or let one need the other.",
  },
  "step.reads_own_output": {
    severity: "warning",
    cause:
      "A later step writes a file that the pattern of an earlier one will find when the pipeline runs again.",
    remedy: "Write into another folder, or make the pattern narrower.",
  },

  "config.unknown_key": {
    cause: "The component has no such setting.",
    remedy: "Correct its name; `osiris components show <component>` lists them.",
  },
  "config.missing_key": {
    cause: "A setting that the component needs is neither in the step nor in its connection.",
    remedy: "Add it.",
  },
  "config.wrong_value": { cause: "A setting's value is not allowed.", remedy: "Use one that is." },
  "config.wrong_type": { cause: "A setting's value is of the wrong type.", remedy: "Change it." },
  "config.constraint": {
    cause: "Settings contradict each other, by a rule of the component's spec.",
    remedy: "Change one of them, as the message says.",
  },
  "config.unreadable_file": {
    cause:
      "A file that belongs to the settings, such as a schema, is missing, too large, or no text in UTF-8.",
    remedy:
      "Correct the path. In a pipeline it starts at the pipeline's folder, in a connection at osiris_connections.yaml.",
  },
  "config.refused": {
    cause: "The component's driver finds something wrong with the settings.",
    remedy: "Change them, as the message says.",
  },

  "connection.not_taken": {
    cause: "The step names a connection, and its component takes none.",
    remedy: "Remove `connection`.",
  },
  "connection.bad_reference": {
    cause: "`connection` is not of the form `@family.alias`.",
    remedy: 'Write it so, in quotes: `connection: "@mysql.main"`.',
  },
  "connection.wrong_family": {
    cause: "A connection of one kind of system is given to a component of another.",
    remedy: "Use a connection of the component's family: the part of its name before the dot.",
  },
  "connection.unknown": {
    cause: "osiris_connections.yaml, or the lack of it, does not define the connection.",
    remedy: "Correct the name, or add it to the file, which is searched from the working directory upwards.",
  },
  "connection.no_default": {
    cause: "A step needs a connection and names none, and its family has no default.",
    remedy: "Name one in the step, or mark one with `default: true`.",
  },
  "connection.two_defaults": {
    cause: "Two connections of one family are marked with `default: true`.",
    remedy: "Keep one.",
  },
  "connection.unknown_field": {
    cause: "A connection has a field that no installed component of its family takes from it.",
    remedy: "Correct its name, or remove it.",
  },
  "connection.override_forbidden": {
    cause: "A step sets a field that only its connection may set.",
    remedy: "Remove it from the step, or use another connection.",
  },
  "connection.override_warning": {
    severity: "warning",
    cause: "A step sets a field over the connection's value, and the component advises against it.",
    remedy: "Make sure that it is meant.",
  },

  "secret.literal": {
    cause: "A password, token or key is written into a file.",
    remedy: "Write `${NAME}` and set the environment variable; a `.env` file will do.",
  },
  "secret.url": {
    cause: "A URL holds a password or a token.",
    remedy: "Replace that part by `${NAME}`, or use the component's own fields.",
  },
  "secret.dsn": {
    cause: "A connection string holds a password.",
    remedy: "Replace the password by `${NAME}`.",
  },
  "secret.sql": {
    cause: "An SQL text holds a password.",
    remedy: "Keep credentials out of SQL: use a connection.",
  },
  "secret.token": {
    cause: "A text is, or holds, a private key or an access token in a known form.",
    remedy: "Replace it by `${NAME}`, and have it withdrawn: it may have been seen.",
  },

  "sql.syntax": { cause: "DuckDB cannot parse the query.", remedy: "Mend it where the caret stands." },
  "sql.one_select": {
    cause: "The query holds several statements, or none.",
    remedy: "Write one SELECT; give each further result a step of its own.",
  },
  "sql.only_select": {
    cause: "The query is a statement of another kind than SELECT.",
    remedy: "Write the SELECT alone, as the message shows: its result becomes the step's table.",
  },
  "sql.refused": {
    cause: "The query looks at the database itself.",
    remedy: "Read tables of upstream steps only.",
  },
  "sql.refused_function": {
    cause: "The query calls a function that reads files, settings or the catalog, or changes something.",
    remedy: "Read files with an extractor step; leave the rest out.",
  },
  "sql.qualified_name": {
    cause: "The query names a table with its schema or database.",
    remedy: "Write the bare name of an upstream step.",
  },
  "sql.parameter": {
    cause: "The query has a placeholder (`?`, `$1`), and nobody gives it a value.",
    remedy: "Use `${params.name}`.",
  },
  "sql.unknown_table": {
    cause: "The query reads a table that no step of the pipeline makes.",
    remedy: "Correct the name: a table is called as its step, with `-` as `_`.",
  },
  "sql.not_upstream": {
    cause: "The query reads the table of a step that it does not wait for.",
    remedy: "Add that step to `needs`, or leave `needs` out: it is then taken from the query.",
  },
  "sql.reads_itself": {
    cause: "The query reads the table that it makes.",
    remedy: "Read an upstream step's table.",
  },
  "sql.no_single_input": {
    cause: "`input_df` stands for the only input, and the step has none or several.",
    remedy: "Name the tables.",
  },
  "sql.unknown_column": {
    cause: "The query names a column that its tables do not have.",
    remedy: "Correct the name.",
  },
  "sql.unknown_function": {
    cause: "DuckDB has no such function or type.",
    remedy: "Correct the name.",
  },
  "sql.wrong_type": {
    cause: "A function or operator gets a value of a type that it does not take.",
    remedy: "Cast the value, or declare the column's type where it is read.",
  },
  "sql.invalid": {
    cause: "The query contradicts the columns of its tables or itself.",
    remedy: "Change it, as DuckDB's message says.",
  },
  "sql.renamed_column": {
    severity: "warning",
    cause:
      "Several columns of the query have one name, upper and lower case being one: the table numbers them.",
    remedy: "Name them with `AS`, or select one of them.",
  },
  "sql.too_slow": {
    cause:
      "DuckDB takes very long to check the query: it is huge, or something in it is computed already then.",
    remedy: "Make the query, or the constant parts of it, smaller.",
  },

  "spec.bad_pointer": {
    cause:
      "A spec.yaml names a config field that its `configSchema` does not have, or calls one that it has an old name.",
    remedy: "Correct the name, or declare the field.",
  },
  "spec.bad_schema": {
    cause: "A schema in a spec.yaml is no JSON Schema (2020-12).",
    remedy: "Correct it, as the message says.",
  },
  "spec.bad_example": {
    cause: "An example in a spec.yaml is refused by the spec itself.",
    remedy: "Correct the example or the rule.",
  },
  "spec.bad_driver": {
    cause: "`x-runtime.driver` leads outside the package, to no file, or to no driver.",
    remedy: "Correct the path and the export, and build the package.",
  },
  "spec.duplicate_name": {
    cause: "Two spec.yaml files of one package describe a component of the same name.",
    remedy: "Rename one of them, or list only one in package.json.",
  },
  "spec.undeclared_secret": {
    severity: "warning",
    cause: "A config field has the name of a secret and is not listed under `secrets`.",
    remedy: "List it, so that drivers get it as a Secret.",
  },

  "package.syntax": { cause: "A package.json is not JSON.", remedy: "Mend it where the caret stands." },
  "package.contract": {
    cause: "A driver package is made for another version of the driver contract.",
    remedy: "Write the number that `osiris version` shows, and check the driver against that contract.",
  },
  "package.spec_file": {
    cause:
      "`osiris.components` in package.json names a file that cannot be read, or lies outside the package.",
    remedy: "Correct the path; it starts at the package's folder.",
  },
  "package.core_copy": {
    cause: "A driver package brings a copy of @osiris/core, and with it of DuckDB's native library.",
    remedy: "Move it to `peerDependencies`, and to `devDependencies` for your tests.",
  },
  "package.unpublished": {
    cause: "`files` in package.json leaves out a file without which the driver cannot work.",
    remedy: "Add it to `files`.",
  },
  "package.convention": {
    severity: "warning",
    cause: "A driver package works here and lacks what every driver package should have.",
    remedy: "Add it, as the message says.",
  },
} as const;

/** Stable, dotted. Scripts may branch on it. */
export type FindingCode = keyof typeof FINDING_CODES;

export type Severity = "error" | "warning";

export function severityOf(code: FindingCode): Severity {
  const entry: FindingCodeEntry = FINDING_CODES[code];
  return entry.severity ?? "error";
}
