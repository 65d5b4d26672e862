/** What a child needs of the machine besides PATH and HOME, for Windows to start anything at all. */
const windowsNames = [
  "SystemRoot",
  "SystemDrive",
  "ComSpec",
  "PATHEXT",
  "TEMP",
  "TMP",
  "USERPROFILE",
  "APPDATA",
  "LOCALAPPDATA",
];

/** A child's whole environment: the configured variables, PATH, HOME, and nothing else of ours (rule 2). */
export function childEnvironment(
  configured: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
): Record<string, string> {
  const names = platform === "win32" ? ["PATH", "HOME", ...windowsNames] : ["PATH", "HOME"];
  const environment: Record<string, string> = {};
  for (const name of names) {
    const value = own[name];
    if (value !== undefined) environment[name] = value;
  }
  return { ...environment, ...configured };
}
