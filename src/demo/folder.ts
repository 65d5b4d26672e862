import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where everything of one demo lies. The sample servers' own state is outside `data`, as it would be elsewhere. */
export interface DemoFolder {
  readonly root: string;
  /** The gateway's store: nothing below it holds an unmasked value. */
  readonly data: string;
  readonly keys: string;
  readonly config: string;
  readonly gatewayLog: string;
  /** The sign-in provider's throw-away authority, PEM. */
  readonly authority: string;
  readonly profiles: { readonly engineer: string; readonly approver: string };
  /** What the connection `files` may touch. */
  readonly files: string;
  readonly memory: string;
}

/** A fresh folder in the system's temporary one, for this user alone. */
export async function makeFolder(): Promise<DemoFolder> {
  const root = await mkdtemp(join(tmpdir(), "countersign-demo-"));
  const folder: DemoFolder = {
    root,
    data: join(root, "data"),
    keys: join(root, "keys"),
    config: join(root, "gateway.yaml"),
    gatewayLog: join(root, "gateway.log"),
    authority: join(root, "sign-in-authority.pem"),
    profiles: { engineer: join(root, "profiles", "engineer"), approver: join(root, "profiles", "approver") },
    files: join(root, "servers", "files"),
    memory: join(root, "servers", "memory.jsonl"),
  };
  const directories = [folder.data, folder.keys, folder.profiles.engineer, folder.profiles.approver, folder.files];
  for (const directory of directories) await mkdir(directory, { recursive: true, mode: 0o700 });
  for (const [name, text] of Object.entries(scratch)) await writeFile(join(folder.files, name), text);
  return folder;
}

const scratch = {
  "welcome.txt": "This folder belongs to the connection `files`. Reading is allowed; writing waits for an approver.\n",
  "todo.txt": "- quote for Gil Navarro, 40 seats\n- ask Iris Lindqvist about her ticket\n",
  "release-notes.md": "# 2.4\n\n- Invoices in two languages\n- The export no longer stops at 1,000 rows\n",
};
