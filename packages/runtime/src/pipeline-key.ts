import { PIPELINE_NAME } from "@osiris/compiler";
import { OsirisError } from "@osiris/core";

/** What state and run locks belong to: a pipeline's name and the profile it was compiled with. */
export interface PipelineKey {
  readonly pipeline: string;
  readonly profile?: string;
}

/**
 * The key as a file name, `<pipeline>` or `<pipeline>@<profile>`: different keys have different names.
 * @throws OsirisError `pipeline.bad_name`: anything else could lead out of the folder
 */
export function keyName({ pipeline, profile }: PipelineKey): string {
  const parts = profile === undefined ? [pipeline] : [pipeline, profile];
  for (const part of parts) if (!NAME.test(part)) throw badName(part);
  return parts.join("@");
}

/** The key of such a file name; undefined when it is none. */
export function keyOfName(name: string): PipelineKey | undefined {
  const [pipeline = "", profile, ...more] = name.split("@");
  if (more.length > 0 || !NAME.test(pipeline)) return undefined;
  if (profile === undefined) return { pipeline };
  return NAME.test(profile) ? { pipeline, profile } : undefined;
}

/** The key for people: `pipeline "orders", profile "prod"`. */
export function keyText({ pipeline, profile }: PipelineKey): string {
  return `pipeline "${pipeline}"${profile === undefined ? "" : `, profile "${profile}"`}`;
}

const NAME = new RegExp(PIPELINE_NAME);

function badName(name: string): OsirisError {
  return new OsirisError({
    code: "pipeline.bad_name",
    category: "usage",
    message: `No pipeline or profile can be called ${JSON.stringify(name)}`,
    hint: "They have small letters, digits, _ and -, and begin with a letter or a digit.",
  });
}
