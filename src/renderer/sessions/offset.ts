/** Time since a session began: `0:04.120`, from an hour on `1:02:03`. A clock that was set back shows as a minus. */
export function offsetText(sinceMs: number): string {
  const ms = Math.abs(sinceMs);
  const [hours, minutes, seconds] = [ms / 3_600_000, (ms / 60_000) % 60, (ms / 1000) % 60].map(Math.floor);
  const sign = sinceMs < 0 ? "−" : "";
  if (hours !== undefined && hours > 0) return `${sign}${hours}:${two(minutes)}:${two(seconds)}`;
  return `${sign}${minutes}:${two(seconds)}.${String(ms % 1000).padStart(3, "0")}`;
}

function two(n = 0): string {
  return String(n).padStart(2, "0");
}
