/**
 * The spellings that a type takes without loss. DuckDB's own casts are more generous: INTEGER rounds 1.5 to 2, DATE
 * drops a time, TIMESTAMP drops an offset (seen with 1.5.5).
 */
const TIME = String.raw`\d{1,2}:\d{2}(:\d{2}(\.\d{1,6}0*)?)?`;
const DATE = String.raw`\d{4,}-\d{1,2}-\d{1,2}`;
const ZONE = String.raw` ?(Z|[+-]\d{2}(:?\d{2})?)`;
const SPELLINGS: Readonly<Record<string, string>> = {
  DATE,
  TIME,
  TIMESTAMP: `${DATE}([ T]${TIME})?`,
  TIMESTAMPTZ: `${DATE}[ T]${TIME}${ZONE}`,
};

/** A regular expression (RE2, for all of a value) for the spellings a type takes; undefined when it takes any. */
export function exactSpelling(type: string): string | undefined {
  const upper = type.toUpperCase();
  if (/^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/.test(upper)) return String.raw`\s*[+-]?\d+(\.0*)?\s*`;
  const scale = /^DECIMAL\(\d+,\s*(\d+)\)$/.exec(upper)?.[1];
  if (scale !== undefined)
    return String.raw`\s*[+-]?(\d+(\.\d{0,${scale}}0*)?|\.\d{1,${Math.max(1, Number(scale))}}0*)\s*`;
  return SPELLINGS[upper];
}
