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

async function ask(path) {
  let response;
  try {
    response = await fetch(path);
  } catch {
    throw new Error("The server does not answer; start it with “flowengine serve”, then reload this page.");
  }
  if (!response.ok) throw new Error(await reason(response));
  return response;
}

async function reason(response) {
  const problem = await response.json().catch(() => ({}));
  return problem.detail ?? problem.title ?? `The server answered ${response.status}.`;
}
