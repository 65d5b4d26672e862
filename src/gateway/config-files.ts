import { access, constants, realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, sep } from "node:path";
import type { Finding } from "./config-places.ts";
import type { Config } from "./config-schema.ts";

/** Whoever copies the store must not get the keys with it. */
export async function checkFolders({ data, keys }: Config): Promise<Finding[]> {
  const [dataFolder, keysFolder] = await Promise.all([realFolder(data), realFolder(keys)]);
  const way = relative(dataFolder, keysFolder);
  if (way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way)) return [];
  return [{ path: ["keys"], message: "The keys' folder must lie outside the data folder: choose another." }];
}

/** A folder without symbolic links, as far as it exists. */
async function realFolder(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return dirname(path) === path ? path : join(await realFolder(dirname(path)), basename(path));
  }
}

/** What the configuration names and the gateway reads must be there. */
export async function checkFiles({ listen, issuers, sinks, witnesses }: Config): Promise<Finding[]> {
  const files: { readonly path: Finding["path"]; readonly file: string | undefined }[] = [
    { path: ["listen", "tls", "cert"], file: listen.tls?.cert },
    { path: ["listen", "tls", "key"], file: listen.tls?.key },
    ...issuers.map(({ ca }, index) => ({ path: ["issuers", index, "ca"], file: ca })),
    ...sinks.map(({ webhook }, index) => ({ path: ["sinks", index, "webhook", "ca"], file: webhook?.ca })),
    ...sinks.map(({ otlp }, index) => ({ path: ["sinks", index, "otlp", "ca"], file: otlp?.ca })),
    ...sinks.map(({ syslog }, index) => ({ path: ["sinks", index, "syslog", "ca"], file: syslog?.ca })),
    ...witnesses.map(({ ca }, index) => ({ path: ["witnesses", index, "ca"], file: ca })),
  ];
  const findings: Finding[] = [];
  for (const { path, file } of files) {
    if (file === undefined) continue;
    const readable = await access(file, constants.R_OK).then(
      () => true,
      () => false,
    );
    if (!readable)
      findings.push({ path, message: `The file ${file} can't be read: put it there, or correct the path.` });
  }
  return findings;
}
