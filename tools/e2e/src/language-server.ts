import { spawn, type ChildProcess, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { pathToFileURL } from "node:url";
import { createMessageConnection, type MessageConnection } from "vscode-jsonrpc/node";

/** What is wrong with a file, as an editor underlines it. */
export interface Diagnostic {
  /** From 1 up. */
  readonly line: number;
  readonly message: string;
}

export interface Completion {
  readonly label: string;
  readonly documentation: string;
}

interface Item {
  readonly label: string;
  readonly documentation?: string | { readonly value: string };
}
interface PublishedDiagnostics {
  readonly uri: string;
  readonly diagnostics: readonly {
    readonly message: string;
    readonly range: { readonly start: { readonly line: number } };
  }[];
}

const TIMEOUT_MS = 20_000;

/**
 * The YAML language server that editors run, over its standard streams. Files are opened as an editor opens them: their
 * text is given, and need not be on the disk.
 */
export class YamlLanguageServer implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #connection: MessageConnection;
  readonly #folder: string;
  readonly #waiting = new Map<string, (published: PublishedDiagnostics) => void>();
  #files = 0;

  private constructor(child: ChildProcessByStdio<Writable, Readable, null>, folder: string) {
    this.#child = child;
    this.#connection = createMessageConnection(child.stdout, child.stdin);
    this.#folder = folder;
  }

  /** Starts it in a folder, with the `yaml.schemas` of an editor's settings. */
  static async start(
    folder: string,
    schemas: Readonly<Record<string, string | readonly string[]>> = {},
  ): Promise<YamlLanguageServer> {
    const packageJson = createRequire(import.meta.url).resolve("yaml-language-server/package.json");
    const bin = join(dirname(packageJson), "bin/yaml-language-server");
    const child = spawn(process.execPath, [bin, "--stdio"], {
      cwd: folder,
      stdio: ["pipe", "pipe", "inherit"],
    });
    const server = new YamlLanguageServer(child, folder);
    try {
      await server.#initialize(schemas);
    } catch (error) {
      child.kill("SIGKILL");
      throw error;
    }
    return server;
  }

  async #initialize(schemas: object): Promise<void> {
    // The schema store is on the net.
    const settings = {
      schemas,
      schemaStore: { enable: false },
      completion: true,
      hover: true,
      validate: true,
    };
    const configured = Promise.withResolvers<void>();
    this.#connection.onRequest(
      "workspace/configuration",
      ({ items }: { items: readonly { section: string }[] }) => {
        // Not before the answer is on its way: what follows it finds the settings in place.
        setImmediate(configured.resolve);
        return items.map(({ section }) => (section === "yaml" ? settings : null));
      },
    );
    this.#connection.onRequest("client/registerCapability", () => null);
    this.#connection.onNotification("textDocument/publishDiagnostics", (published: PublishedDiagnostics) =>
      this.#waiting.get(published.uri)?.(published),
    );
    this.#connection.listen();
    const uri = pathToFileURL(this.#folder).href;
    await this.#request("initialize", {
      processId: process.pid,
      rootUri: uri,
      workspaceFolders: [{ uri, name: "project" }],
      capabilities: { workspace: { configuration: true } },
    });
    await this.#connection.sendNotification("initialized", {});
    await inTime(configured.promise, "asking for settings");
  }

  /** What it finds wrong with a file of this name and text. */
  async diagnostics(name: string, text: string): Promise<readonly Diagnostic[]> {
    const uri = this.#uri(name);
    const published = new Promise<PublishedDiagnostics>((resolve) => this.#waiting.set(uri, resolve));
    await this.#open(uri, text);
    const { diagnostics } = await inTime(published, "diagnostics");
    return diagnostics.map(({ message, range }) => ({ line: range.start.line + 1, message }));
  }

  /** What it offers at the mark `‸` in the text. */
  async completions(name: string, text: string): Promise<readonly Completion[]> {
    const list = await this.#at<{ items: readonly Item[] }>("textDocument/completion", name, text);
    return list.items.map(({ label, documentation = "" }) => ({
      label,
      documentation: typeof documentation === "string" ? documentation : documentation.value,
    }));
  }

  /** What it shows when the mouse rests at the mark `‸` in the text. */
  async hover(name: string, text: string): Promise<string> {
    const shown = await this.#at<{ contents: { value: string } } | null>("textDocument/hover", name, text);
    return shown?.contents.value ?? "";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, "exit");
    try {
      await this.#request("shutdown");
      await this.#connection.sendNotification("exit");
      await inTime(ended, "its end");
    } finally {
      this.#connection.dispose();
      this.#child.kill("SIGKILL");
    }
  }

  async #at<Result>(method: string, name: string, marked: string): Promise<Result> {
    const [before = "", after] = marked.split("‸");
    if (after === undefined) throw new Error(`no ‸ in ${marked}`);
    const uri = this.#uri(name);
    await this.#open(uri, before + after);
    const lines = before.split("\n");
    const position = { line: lines.length - 1, character: lines.at(-1)?.length };
    return await this.#request<Result>(method, { textDocument: { uri }, position });
  }

  /** Each text is a new file, so that no answer can be about an older one. */
  #uri(name: string): string {
    this.#files += 1;
    return pathToFileURL(join(this.#folder, String(this.#files), name)).href;
  }

  async #open(uri: string, text: string): Promise<void> {
    const textDocument = { uri, languageId: "yaml", version: 1, text };
    await this.#connection.sendNotification("textDocument/didOpen", { textDocument });
  }

  async #request<Result>(method: string, params?: object): Promise<Result> {
    return await inTime(this.#connection.sendRequest<Result>(method, params), method);
  }
}

async function inTime<T>(promise: Promise<T>, what: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const error = new Error(`the language server has not answered in ${TIMEOUT_MS / 1000} s: ${what}`);
  const timer = setTimeout(() => late.reject(error), TIMEOUT_MS);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
