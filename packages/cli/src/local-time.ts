/** `2026-11-21 16:03:12`, in the time zone of who reads it. */
export function localTime(iso: string): string {
  const time = new Date(iso);
  const date = [String(time.getFullYear()).padStart(4, "0"), two(time.getMonth() + 1), two(time.getDate())];
  return `${date.join("-")} ${clock(time)}`;
}

/** `16:03:12.042`, in the time zone of who reads it. */
export function localClock(iso: string): string {
  const time = new Date(iso);
  return `${clock(time)}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}

// Intl's formatters cost 10 ms, at the start of every command.
function clock(time: Date): string {
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":");
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}
