const format = new Intl.DateTimeFormat("sv-SE", {
  dateStyle: "short",
  timeStyle: "medium",
});

/** `2026-11-21 16:03:12`, in the time zone of who reads it. */
export function localTime(iso: string): string {
  return format.format(new Date(iso));
}

const clock = new Intl.DateTimeFormat("sv-SE", { timeStyle: "medium" });

/** `16:03:12.042`, in the time zone of who reads it. */
export function localClock(iso: string): string {
  const time = new Date(iso);
  return `${clock.format(time)}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}
