import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const families = ["system-ui", "sans-serif", "sans", "DejaVu Sans"];

/** A set-up of fontconfig in which Inter, where it is installed, stands for the system's font. */
export async function interAsSystemFont(): Promise<{ readonly file: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "countersign-fonts-"));
  const file = join(folder, "fonts.conf");
  const matches = families.map(
    (family) =>
      `<match target="pattern"><test name="family"><string>${family}</string></test>` +
      `<edit name="family" mode="prepend" binding="strong"><string>Inter</string></edit></match>`,
  );
  await writeFile(
    file,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>` +
      `<include ignore_missing="yes">/etc/fonts/fonts.conf</include>${matches.join("")}</fontconfig>\n`,
  );
  return { file, remove: () => rm(folder, { recursive: true, force: true }) };
}
