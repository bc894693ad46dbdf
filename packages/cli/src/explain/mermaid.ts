import type { ExplainedStep, Explanation } from "@osiris/compiler";

/** An explanation as a Mermaid flowchart: steps, the tables between them, and the files and hosts around them. */
export function explanationMermaid({ steps, reaches }: Explanation): string {
  const stepNodes = new Map(steps.map(({ id }, index) => [id, `step${index + 1}`]));
  const nodeOf = (id: string): string => stepNodes.get(id) ?? "";
  return [
    "flowchart LR",
    ...steps.map((step) => stepNode(nodeOf(step.id), step)),
    ...steps.flatMap((step) => stepEdges(step, nodeOf)),
    ...fileLines(reaches.files, nodeOf),
    ...hostLines(reaches.hosts, steps, nodeOf),
  ].join("\n  ");
}

type NodeOf = (stepId: string) => string;

/** The shape tells the mode: data comes in, is made into other data, goes out. */
const SHAPES = { read: ["[/", "/]"], transform: ["[", "]"], write: ["[\\", "\\]"] } as const;

function stepNode(node: string, { id, component, mode }: ExplainedStep): string {
  const [open, close] = SHAPES[mode];
  return `${node}${open}"${label(id)}<br/>${label(component)}"${close}`;
}

/** A line for each table that passes between two steps; a dotted one where a step only waits. */
function stepEdges({ id, needs, reads }: ExplainedStep, nodeOf: NodeOf): readonly string[] {
  const from = new Set(reads.map(({ step }) => step));
  return [
    ...reads.map(({ step, table }) => `${nodeOf(step)} -->|"${label(table)}"| ${nodeOf(id)}`),
    ...needs.filter((need) => !from.has(need)).map((need) => `${nodeOf(need)} -.-> ${nodeOf(id)}`),
  ];
}

/** A file that one step writes and another reads is one node. */
function fileLines(files: Explanation["reaches"]["files"], nodeOf: NodeOf): readonly string[] {
  const nodes = new Map<string, string>();
  return files.flatMap(({ use, path, location, steps }) => {
    const key = location ?? path;
    const known = nodes.get(key);
    const node = known ?? `file${nodes.size + 1}`;
    nodes.set(key, node);
    const edges = steps.map((id) =>
      use === "read" ? `${node} --> ${nodeOf(id)}` : `${nodeOf(id)} --> ${node}`,
    );
    return known === undefined ? [`${node}[("${label(path)}")]`, ...edges] : edges;
  });
}

function hostLines(
  hosts: Explanation["reaches"]["hosts"],
  steps: readonly ExplainedStep[],
  nodeOf: NodeOf,
): readonly string[] {
  const modes = new Map(steps.map(({ id, mode }) => [id, mode]));
  return hosts.flatMap(({ host, steps: users }, index) => {
    const node = `host${index + 1}`;
    const edges = users.map((id) => {
      const step = nodeOf(id);
      const mode = modes.get(id);
      if (mode === "transform") return `${node} --- ${step}`;
      return mode === "read" ? `${node} --> ${step}` : `${step} --> ${node}`;
    });
    return [`${node}{{"${label(host)}"}}`, ...edges];
  });
}

const PLAIN = /^(?! )(?!.*direction )[\p{L}\p{N}\p{M} .,:/_+()-]*(?<! )$/u;

/**
 * A text inside the quotes of a label. Mermaid reads `#34;` as the character, and its lexer never sees what would end
 * the label or start a directive. It also looks for `style…:…#…;` and `direction TB` anywhere in a line: colons and
 * spaces are written in the same way beside such characters, and spaces where they would be lost.
 */
function label(text: string): string {
  // A label cannot be empty.
  if (text === "") return "#32;";
  if (PLAIN.test(text)) return text;
  return text.replaceAll(/[^\p{L}\p{N}\p{M}.,/_+()-]/gu, (char) => `#${char.codePointAt(0)};`);
}
