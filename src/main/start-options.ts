/** The app's own options: what stands after `--` came with a link, and a web page may have written it. `argv` as a process has it. */
export function startOptions(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf("--");
  return argv.slice(1, end < 0 ? undefined : end);
}

/** The value after an option's name, or null. */
export function optionValue(argv: readonly string[], name: string): string | null {
  const options = startOptions(argv);
  const at = options.indexOf(name);
  return at < 0 ? null : (options[at + 1] ?? null);
}
