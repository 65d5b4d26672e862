import { fileURLToPath } from "node:url";
import type { z } from "zod";
import { entryBodies } from "../../src/shared/entry-bodies.ts";
import { entryKind } from "../../src/shared/entry-kind.ts";

/** docs/ledger-entries.md, made from the schema: `node test/support/entry-page.ts > docs/ledger-entries.md`. */
export function entryPage(): string {
  return `# Bodies of the ledger's entries, version 1

Made from the schema in \`src/shared/entry-bodies.ts\`; a test compares the two. What an entry is, and how it is verified, stands in [ledger.md](ledger.md).

Each entry's leaf has the time (\`atMs\`), the \`kind\` and the place (\`seq\`); its body has the members below, as canonical JSON. Sensitive values are masked before they are
written. A member with a question mark may be absent: it says nothing there, or the entry is of an earlier version. Within version 1 kinds and members may be added, and none is
renamed or given another meaning; a reader passes over what it doesn't know.

${entryKind.options.map(kindSection).join("\n")}`;
}

function kindSection(kind: z.infer<typeof entryKind>): string {
  const members = Object.entries<z.ZodType>(entryBodies[kind].shape);
  const lines = members.map(([name, schema]) => {
    const mark = schema.isOptional() ? "?" : "";
    return `| \`${name}\`${mark} | ${descriptionOf(schema) ?? ""} |`;
  });
  if (lines.length === 0) return `## \`${kind}\`\n\nAn empty object.\n`;
  return [`## \`${kind}\``, "", "| Member | What it says |", "| --- | --- |", ...lines, ""].join("\n");
}

/** A member's description; an optional or nullable one has its inner type's where it has none itself. */
export function descriptionOf(schema: z.ZodType): string | undefined {
  if (schema.description !== undefined) return schema.description;
  const inner = "unwrap" in schema && typeof schema.unwrap === "function" ? (schema.unwrap() as z.ZodType) : undefined;
  return inner === undefined ? undefined : descriptionOf(inner);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(entryPage());
