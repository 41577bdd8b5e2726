// Tokenises flows as VS Code does, with its own libraries: npm install && npm test
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const textmate = require("vscode-textmate");
const oniguruma = require("vscode-oniguruma");

const here = path.dirname(fileURLToPath(import.meta.url));
const wasm = readFileSync(path.join(path.dirname(require.resolve("vscode-oniguruma")), "onig.wasm"));
await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (sources) => new oniguruma.OnigScanner(sources),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  loadGrammar: async () => {
    const file = path.join(here, "..", "syntaxes", "flow.tmLanguage.json");
    return textmate.parseRawGrammar(readFileSync(file, "utf8"), file);
  },
});
const grammar = await registry.loadGrammar("source.flow");

/** Each token of a text with its innermost scope. */
function tokens(text) {
  let stack = textmate.INITIAL;
  const found = [];
  for (const line of text.split("\n")) {
    const result = grammar.tokenizeLine(line, stack);
    stack = result.ruleStack;
    for (const token of result.tokens) {
      const word = line.slice(token.startIndex, token.endIndex).trim();
      if (word) found.push([word, token.scopes.at(-1)]);
    }
  }
  return { found, depth: stack.depth };
}

const scopes = (line) => Object.fromEntries(tokens(line).found);

test("definitions, moves and events are told apart", () => {
  assert.deepEqual(scopes("state start is pitch"), {
    state: "keyword.declaration.state.flow",
    start: "entity.name.function.state.flow",
    is: "keyword.other.is.flow",
    pitch: "entity.other.attribute-name.tag.flow",
  });
  assert.deepEqual(scopes("    agree -> end"), {
    agree: "entity.name.label.event.flow",
    "->": "keyword.operator.arrow.flow",
    end: "entity.name.function.state.flow",
  });
  assert.equal(scopes("    silence or otherwise 3 -> goodbye")["3"], "constant.numeric.flow");
  assert.equal(scopes("    silence or otherwise 3 -> goodbye").silence, "keyword.control.event.flow");
});

test("templates are coloured inside texts", () => {
  const found = scopes('  say "On {{ visit_day | spoken }}, {{ contact.name }}."');
  assert.equal(found.visit_day, "variable.other.flow");
  assert.equal(found.spoken, "support.function.filter.flow");
  assert.equal(found.contact, "variable.language.flow");
  assert.equal(found.name, "variable.other.property.flow");
  assert.equal(found["{{"], "punctuation.section.template.begin.flow");
});

test("comments, patterns, keys and times", () => {
  assert.equal(scopes("  use x # a remark").use, "keyword.control.use.flow");
  assert.equal(scopes("  resume # a remark")["# a remark"], "comment.line.number-sign.flow");
  assert.equal(scopes('  "yes" /how much .* (month|year)/')["/how much .* (month|year)/"], "string.regexp.flow");
  assert.equal(scopes("    press # -> goodbye")["#"], "constant.numeric.flow");
  assert.equal(scopes("  wait 500ms")["500ms"], "constant.numeric.duration.flow");
});

test("an open quote ends with its line", () => {
  const { found, depth } = tokens('  say "Hello {{ name\n  -> goodbye');
  assert.equal(depth, 1);
  assert.deepEqual(found.at(-1), ["goodbye", "entity.name.function.state.flow"]);
});

function* flows(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* flows(file);
    else if (entry.name.endsWith(".flow")) yield file;
  }
}

for (const file of flows(path.join(here, "..", "..", "..", "flows"))) {
  test(`every word of ${path.basename(file)} has a colour`, () => {
    const { found, depth } = tokens(readFileSync(file, "utf8"));
    assert.equal(depth, 1);
    const plain = found.filter(([word, scope]) => scope === "source.flow" && /\w/.test(word));
    assert.deepEqual(plain, []);
  });
}
