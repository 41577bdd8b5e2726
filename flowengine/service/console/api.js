// What the page asks of the server before a call.

/** The flows that can be called. Throws an Error with one sentence for the reader. */
export async function fetchFlows() {
  const body = await (await ask("/api/flows")).json();
  return body.flows;
}

/** A flow's drawing as SVG text. */
export async function fetchGraph(name) {
  return (await ask(`/api/flows/${encodeURIComponent(name)}/graph.svg`)).text();
}

/** The server wants a key first. */
export class NeedsKey extends Error {}

/** Who we are to the server: `{name, role, expires_at}`. Throws NeedsKey when it does not know us. */
export async function fetchSession() {
  return (await ask("/api/session")).json();
}

/** Gives the key, for a session that stands for it. Throws an Error with one sentence for the reader. */
export async function openSession(key) {
  const body = JSON.stringify({ key });
  await ask("/api/session", { method: "POST", headers: { "content-type": "application/json" }, body });
}

export async function endSession() {
  await ask("/api/session", { method: "DELETE" });
}

async function ask(path, how = {}) {
  let response;
  try {
    response = await fetch(path, how);
  } catch {
    throw new Error("The server does not answer; start it with “flowengine serve”, then reload this page.");
  }
  if (response.status === 401) throw new NeedsKey(await reason(response));
  if (!response.ok) throw new Error(await reason(response));
  return response;
}

async function reason(response) {
  const problem = await response.json().catch(() => ({}));
  return problem.detail ?? problem.title ?? `The server answered ${response.status}.`;
}
