// Starts the language server and hands the editor's flows to it. All knowledge of the language is in the server.
"use strict";

const { commands, window, workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

async function start() {
  const [command, ...args] = workspace.getConfiguration("flowengine").get("server.command");
  client = new LanguageClient(
    "flowengine",
    "Flow",
    { command, args },
    {
      documentSelector: [{ language: "flow" }],
      synchronize: { fileEvents: workspace.createFileSystemWatcher("**/*.flow") },
    },
  );
  try {
    await client.start();
  } catch (error) {
    client = undefined;
    window.showErrorMessage(
      `The language server did not start (${[command, ...args].join(" ")}): ${error.message ?? error}. ` +
        "Install it with pip install 'flowengine[editor]', or set flowengine.server.command.",
    );
  }
}

async function stop() {
  const running = client;
  client = undefined;
  await running?.stop();
}

async function activate(context) {
  context.subscriptions.push(
    commands.registerCommand("flowengine.restart", async () => {
      await stop();
      await start();
    }),
  );
  await start();
}

module.exports = { activate, deactivate: stop };
