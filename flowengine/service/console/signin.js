// Signing in: the form that asks for a key when the server wants one, and the button that signs out.

import { NeedsKey, endSession, fetchSession, openSession } from "./api.js";
import { byId, show } from "./dom.js";

export class SignIn {
  #signedIn;

  /** `signedIn` is called when the page may go on. */
  constructor(signedIn) {
    this.#signedIn = signedIn;
    byId("signin-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    // Without a key there is no page behind it to go back to.
    byId("signin").addEventListener("cancel", (event) => event.preventDefault());
    byId("sign-out").addEventListener("click", () => this.#leave());
  }

  /** Asks for the key, unless it is being asked for. */
  ask() {
    show(byId("sign-out"), false);
    this.#problem("");
    if (!byId("signin").open) byId("signin").showModal();
    byId("signin-key").focus();
  }

  /** Looks whether the server still knows us, and asks for the key when it does not. */
  async check() {
    try {
      const { name, role, expires_at: until } = await fetchSession();
      show(byId("sign-out"), until !== null);
      byId("sign-out").title = `Signed in as ${name} (${role})`;
    } catch (error) {
      if (error instanceof NeedsKey) this.ask();
    }
  }

  async #send() {
    const field = byId("signin-key");
    if (!field.value.trim()) {
      this.#problem("The key is missing: paste it here.");
      field.focus();
      return;
    }
    byId("signin-send").disabled = true;
    try {
      await openSession(field.value.trim());
      field.value = "";
      byId("signin").close();
      this.check();
      this.#signedIn();
    } catch (error) {
      this.#problem(error.message);
      field.select();
    } finally {
      byId("signin-send").disabled = false;
    }
  }

  async #leave() {
    await endSession().catch(() => null);
    // Whatever the page shows of flows and calls goes with the session.
    location.reload();
  }

  #problem(sentence) {
    byId("signin-problem").textContent = sentence;
    show(byId("signin-problem"), Boolean(sentence));
  }
}
