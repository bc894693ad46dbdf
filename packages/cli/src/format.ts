let counts: Intl.NumberFormat | undefined;

/** `1,234,567`. */
export function formatCount(value: number): string {
  counts ??= new Intl.NumberFormat("en-US");
  return counts.format(value);
}

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

/** `1.2 GB`, in powers of 1000 as file managers and DuckDB count them. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

/** `0:42`, `12:05`, `3:01:00`: of something that goes on. */
export function formatClock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
  const hours = Math.floor(seconds / 3600);
  const [first = 0, ...rest] = hours > 0 ? [hours, ...parts] : parts;
  return [String(first), ...rest.map((part) => String(part).padStart(2, "0"))].join(":");
}

/** `0.42 s`, `12.05 s`, `3:01:00`: of something that is over. */
export function formatDuration(ms: number): string {
  return ms < 60_000 ? `${(ms / 1000).toFixed(2)} s` : formatClock(ms);
}

/** Rows in a second; undefined where there is nothing to divide. */
export function formatRate(rows: number, ms: number): string | undefined {
  return ms === 0 || rows === 0 ? undefined : `${formatCount(Math.round((rows * 1000) / ms))} rows/s`;
}
