/** What a module of the built program imports from the start, as it names them. `text`: minified or not, with double quotes. */
export function importsOf(text: string): readonly string[] {
  return [...text.matchAll(/(?<=^|;)(?:import|export)\b(?:[^;"]*\bfrom)?\s*"([^"]+)"/gm)].map(([, from = ""]) => from);
}
