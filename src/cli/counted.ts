/** A number of things, as `1 call` or `2 calls`. `many`: where an s is not enough. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
