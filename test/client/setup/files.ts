import { fc } from "../../support/fast-check.ts";

/** Arbitrary files of a client, as people and programs write them: comments, orders, indentations and line ends of all kinds. */

const word = fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/);
const text = fc.oneof(
  word,
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.constantFrom("a # b", "// no", "}", "]", "'", '"""', "yes"),
);
const lineEnd = fc.constantFrom("\n", "\r\n");
const leaf = fc.oneof(text, fc.integer(), fc.boolean());

type Leaf = string | number | boolean;
type Tree = Leaf | readonly Tree[] | { readonly [key: string]: Tree };

const tree: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc.array(tie("tree"), { maxLength: 3 }),
    fc.dictionary(word, tie("tree"), { maxKeys: 3, noNullPrototype: true }),
  ),
})).tree;

/** Other servers of a client beside ours, by names that are never ours. */
const servers = fc.dictionary(
  word.map((name) => `own-${name}`),
  fc.record({ command: text, args: fc.array(text, { maxLength: 2 }) }),
  {
    maxKeys: 3,
    noNullPrototype: true,
  },
);
const others = fc.dictionary(
  word.map((name) => `x-${name}`),
  tree,
  { maxKeys: 4, noNullPrototype: true },
);

/** What a file says: other settings and, mostly, servers, in any order. */
function contents(container: string): fc.Arbitrary<{ readonly [key: string]: Tree }> {
  return fc
    .tuple(others, fc.option(servers, { nil: undefined }), others)
    .map(([before, own, after]) => ({ ...before, ...(own === undefined ? {} : { [container]: own }), ...after }));
}

interface Style {
  readonly lineEnd: string;
  readonly unit: string;
  readonly comments: boolean;
  readonly trailing: boolean;
  readonly inline: boolean;
  readonly bom: boolean;
  readonly atEnd: string;
  readonly seed: number;
}

const style = (comments: boolean): fc.Arbitrary<Style> =>
  fc.record({
    lineEnd,
    unit: fc.constantFrom("  ", "    ", "\t", " "),
    comments: comments ? fc.boolean() : fc.constant(false),
    trailing: comments ? fc.boolean() : fc.constant(false),
    inline: fc.boolean(),
    bom: fc.boolean(),
    atEnd: fc.constantFrom("", "\n", "\n\n"),
    seed: fc.nat(),
  });

/** A file of JSON, with `comments` one of comments and trailing commas. */
export function jsonFile(container: string, comments: boolean): fc.Arbitrary<string> {
  return fc.tuple(contents(container), style(comments)).map(([value, by]) => {
    const random = numbers(by.seed);
    const body = jsonText(value, "", by, random);
    const head = by.comments ? `// settings${by.lineEnd}/* of\n   mine */ ` : "";
    return `${by.bom ? "\uFEFF" : ""}${head}${body}${by.atEnd.replaceAll("\n", by.lineEnd)}`;
  });
}

function jsonText(value: Tree, indent: string, by: Style, random: () => number): string {
  if (typeof value !== "object") return JSON.stringify(value);
  const list = Array.isArray(value);
  const members = list
    ? value.map((item) => jsonText(item, indent + by.unit, by, random))
    : Object.entries(value).map(
        ([key, item]) => `${JSON.stringify(key)}: ${jsonText(item, indent + by.unit, by, random)}`,
      );
  const [open, close] = list ? ["[", "]"] : ["{", "}"];
  const note = (): string =>
    by.comments && random() < 0.3 ? (random() < 0.5 ? " /* why, */" : ` // "},${by.lineEnd}`) : "";
  if (members.length === 0) return `${open}${random() < 0.5 ? "" : note()}${close}`;
  if (by.inline && random() < 0.5 && !members.join("").includes("\n")) {
    const block = by.comments && random() < 0.3 ? " /* c */" : "";
    return `${open} ${members.join(", ")}${block}${by.trailing ? "," : ""} ${close}`;
  }
  const lines = members.map((member, index) => {
    const comma = index < members.length - 1 || by.trailing ? "," : "";
    const above = by.comments && random() < 0.2 ? `${indent}${by.unit}// above, "x": {${by.lineEnd}` : "";
    const beside = by.comments && random() < 0.3 ? ` // beside` : "";
    return `${above}${indent}${by.unit}${member}${comma}${beside}${by.lineEnd}`;
  });
  return `${open}${by.lineEnd}${lines.join("")}${indent}${close}`;
}

/** A file of YAML with block maps, comments and now and then a flow map. */
export function yamlFile(container: string): fc.Arbitrary<string> {
  return fc.tuple(contents(container), style(true)).map(([value, by]) => {
    const random = numbers(by.seed);
    const head = by.comments ? `# settings${by.lineEnd}${by.lineEnd}` : "";
    return `${by.bom ? "\uFEFF" : ""}${head}${yamlLines(value, "", by, random)}`;
  });
}

function yamlLines(map: { readonly [key: string]: Tree }, indent: string, by: Style, random: () => number): string {
  return Object.entries(map)
    .map(([key, item]) => {
      const above = by.comments && random() < 0.3 ? `${indent}# ${key}: {${by.lineEnd}` : "";
      const beside = by.comments && random() < 0.3 ? " # beside: [" : "";
      const blank = random() < 0.1 ? by.lineEnd : "";
      const nested = typeof item === "object" && !Array.isArray(item) && Object.keys(item).length > 0;
      if (nested && !(by.inline && random() < 0.3)) {
        // Parsed to be a map of its own just above.
        const inner = yamlLines(item as { readonly [key: string]: Tree }, `${indent}  `, by, random);
        return `${blank}${above}${indent}${key}:${beside}${by.lineEnd}${inner}`;
      }
      return `${blank}${above}${indent}${key}: ${JSON.stringify(item)}${beside}${by.lineEnd}`;
    })
    .join("");
}

/** A file of TOML: assignments, then tables, those of servers among them. */
export function tomlFile(container: string): fc.Arbitrary<string> {
  return fc.tuple(contents(container), style(true)).map(([value, by]) => {
    const random = numbers(by.seed);
    const { [container]: own = {}, ...rest } = value;
    const plain = Object.entries(rest).map(
      ([key, item]) => `${key} = ${tomlText(item, by, random)}${beside(by, random)}`,
    );
    const tables = Object.entries(own).map(
      ([name, item]) =>
        `${above(by, random)}[${container}.${name}]${beside(by, random)}${tomlMembers(item, by, random)}`,
    );
    return `${by.bom ? "\uFEFF" : ""}${[...plain, ...tables].join("")}${by.atEnd.replaceAll("\n", by.lineEnd)}`;
  });
}

const beside = (by: Style, random: () => number): string =>
  `${by.comments && random() < 0.3 ? ' # beside = "[x]"' : ""}${by.lineEnd}`;
const above = (by: Style, random: () => number): string =>
  `${random() < 0.5 ? by.lineEnd : ""}${by.comments && random() < 0.3 ? `# [above]${by.lineEnd}` : ""}`;

function tomlMembers(item: Tree, by: Style, random: () => number): string {
  return Object.entries(item)
    .map(([key, member]) => `${key} = ${tomlText(member as Tree, by, random)}${beside(by, random)}`)
    .join("");
}

function tomlText(item: Tree, by: Style, random: () => number): string {
  if (Array.isArray(item))
    return `[${item.map((each) => tomlText(each, by, random)).join(`,${by.inline ? " " : by.lineEnd}`)}]`;
  if (typeof item === "object")
    return `{ ${Object.entries(item)
      .map(([key, each]) => `${key} = ${tomlText(each, { ...by, inline: true }, random)}`)
      .join(", ")} }`;
  if (typeof item !== "string") return String(item);
  const basic = JSON.stringify(item).replaceAll("\u007F", "\\u007F");
  return by.comments && random() < 0.2 ? `"""${by.lineEnd}[${basic.slice(1, -1)}]"""` : basic;
}

/** Numbers from 0 to 1, the same for the same seed. */
function numbers(seed: number): () => number {
  let state = seed % 2147483647 || 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
