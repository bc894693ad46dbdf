import { execFile } from "node:child_process";
import { delimiter } from "node:path";

/** A registry that does not answer must end a test, not stall it. */
const TIMEOUT_MS = 600_000;

/**
 * Runs a command line in `cwd` as a person would who has just opened a shell; gives what it printed on stdout.
 * Throws when it fails, with all that it printed.
 */
export function inFreshShell(commandLine: string, cwd: string): Promise<string> {
  const options = { cwd, env: freshShell(process.env), maxBuffer: 64 * 1024 * 1024, timeout: TIMEOUT_MS };
  return new Promise((resolve, reject) => {
    execFile("sh", ["-c", commandLine], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${commandLine}\nexited with ${String(error.code)}\n${stdout}\n${stderr}`));
    });
  });
}

/**
 * Without what npm, Nx, vitest and git hand down to what they start, each its settings and its PATH: a test that
 * starts npm or Nx again would try those out in place of the repository.
 */
function freshShell(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = Object.entries(environment).filter(
    ([name]) => WAY_TO_REGISTRY.test(name) || !HANDED_DOWN.some((pattern) => pattern.test(name)),
  );
  const path = environment["PATH"]?.split(delimiter).filter((folder) => !TOOL_FOLDER.test(folder));
  return {
    ...Object.fromEntries(own),
    PATH: path?.join(delimiter),
    // A daemon would outlive the test, in a folder that is gone.
    NX_DAEMON: "false",
  };
}

const HANDED_DOWN = [
  /^(npm_.*|INIT_CWD)$/,
  /^(NX_.*|FORCE_COLOR|LERNA_PACKAGE_NAME)$/,
  /^(VITEST.*|TEST|NODE_ENV|MODE|DEV|PROD|SSR|BASE_URL)$/,
  /^GIT_(DIR|WORK_TREE|INDEX_FILE|PREFIX)$/,
  /^OSIRIS_/,
];

/** Where npm gets packages is the user's own setting, even where it comes in a variable. */
const WAY_TO_REGISTRY =
  /^npm_config_(userconfig|globalconfig|cache|registry|proxy|https_proxy|noproxy|cafile|\/\/.*)$/;

const TOOL_FOLDER = /node_modules\/\.bin\/?$|node-gyp-bin\/?$/;
