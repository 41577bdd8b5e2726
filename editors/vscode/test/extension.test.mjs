// Activates the extension with stand-ins for VS Code and its client: what it starts, and what it says when that fails.
import assert from "node:assert/strict";
import Module, { createRequire } from "node:module";
import test from "node:test";

const require = createRequire(import.meta.url);

function activated({ command = ["flowengine", "lsp"], fails = false } = {}) {
  const seen = { clients: [], errors: [], commands: {}, stopped: 0 };
  class LanguageClient {
    constructor(id, name, server, client) {
      seen.clients.push({ id, name, server, client });
    }
    async start() {
      if (fails) throw new Error("spawn ENOENT");
    }
    async stop() {
      seen.stopped += 1;
    }
  }
  const vscode = {
    commands: { registerCommand: (name, run) => ((seen.commands[name] = run), { dispose() {} }) },
    window: { showErrorMessage: (message) => seen.errors.push(message) },
    workspace: {
      getConfiguration: () => ({ get: () => command }),
      createFileSystemWatcher: (pattern) => pattern,
    },
  };
  const load = Module._load;
  Module._load = (name, ...rest) =>
    name === "vscode" ? vscode : name === "vscode-languageclient/node" ? { LanguageClient } : load(name, ...rest);
  try {
    const file = require.resolve("../extension.js");
    delete require.cache[file];
    return { seen, extension: require(file) };
  } finally {
    Module._load = load;
  }
}

test("the server is started with the command that is set, for flows", async () => {
  const { seen, extension } = activated({ command: ["/somewhere/flowengine", "lsp"] });
  await extension.activate({ subscriptions: [] });
  assert.deepEqual(seen.clients[0].server, { command: "/somewhere/flowengine", args: ["lsp"] });
  assert.deepEqual(seen.clients[0].client.documentSelector, [{ language: "flow" }]);
  await extension.deactivate();
  assert.equal(seen.stopped, 1);
});

test("a restart ends the old server first", async () => {
  const { seen, extension } = activated();
  await extension.activate({ subscriptions: [] });
  await seen.commands["flowengine.restart"]();
  assert.equal(seen.stopped, 1);
  assert.equal(seen.clients.length, 2);
});

test("a server that does not start is told of, with the remedy", async () => {
  const { seen, extension } = activated({ fails: true });
  await extension.activate({ subscriptions: [] });
  assert.match(seen.errors[0], /did not start \(flowengine lsp\): spawn ENOENT.*pip install 'flowengine\[editor\]'/);
  await extension.deactivate();
});
