import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { app, dialog } from "electron";
import { report } from "./report.ts";

/** Asks where a text is to be saved and writes it there, for this user alone to read. False where the person thought better of it. */
export async function saveText(name: string, text: string): Promise<boolean> {
  const { canceled, filePath } = await dialog.showSaveDialog({ defaultPath: join(app.getPath("downloads"), name) });
  if (canceled || filePath === "") return false;
  try {
    await writeFile(filePath, text, { mode: 0o600 });
    return true;
  } catch (error) {
    report("An export could not be saved", error);
    throw error;
  }
}
