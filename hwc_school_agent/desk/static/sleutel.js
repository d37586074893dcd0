// Passkeys: asks the desk what to ask, asks the browser, and sends its answer as an ordinary form.
"use strict";

(function () {
  const place = document.getElementById("sleutel");
  if (!place || !window.isSecureContext || !window.PublicKeyCredential) return;
  const form = place.querySelector("form");
  const button = form.querySelector("button");
  const adds = form.elements.namedItem("do").value === "sleutel-toevoegen";
  place.hidden = false;

  function text(buffer) {
    const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
    return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  }

  function bytes(letters) {
    return Uint8Array.from(atob(letters.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  }

  function say(word) {
    place.querySelectorAll("[data-als]").forEach((p) => { p.hidden = p.dataset.als !== word; });
  }

  async function ask() {
    const question = "/sleutel?doel=" + (adds ? "toevoegen" : "inloggen");
    let answer;
    try { answer = await fetch(question); } catch (lost) { answer = await fetch(question); } // a desk that just ended
    if (answer.status === 403) { location.reload(); return null; } // logged in too long ago
    if (!answer.ok) throw new Error();
    return answer.json();
  }

  async function use(options) {
    options.challenge = bytes(options.challenge);
    const found = await navigator.credentials.get({ publicKey: options });
    return {
      id: text(found.rawId),
      client: text(found.response.clientDataJSON),
      auth: text(found.response.authenticatorData),
      sig: text(found.response.signature),
      user: text(found.response.userHandle || new ArrayBuffer(0)),
    };
  }

  async function make(options) {
    options.challenge = bytes(options.challenge);
    options.user.id = bytes(options.user.id);
    options.excludeCredentials.forEach((key) => { key.id = bytes(key.id); });
    const made = await navigator.credentials.create({ publicKey: options });
    return {
      id: text(made.rawId),
      client: text(made.response.clientDataJSON),
      attestation: text(made.response.attestationObject),
    };
  }

  form.addEventListener("submit", async (event) => {
    if (form.dataset.klaar) return; // filled in: this is the real one
    event.preventDefault();
    event.stopPropagation();
    button.disabled = true;
    say("");
    try {
      const options = await ask();
      if (!options) return;
      const answer = await (adds ? make(options) : use(options));
      Object.entries(answer).forEach(([name, value]) => { form.elements.namedItem(name).value = value; });
      form.dataset.klaar = "ja";
      button.disabled = false;
      form.requestSubmit();
    } catch (error) {
      button.disabled = false;
      const words = { NotAllowedError: "afgebroken", AbortError: "afgebroken", InvalidStateError: "al" };
      say(words[error.name] || "niet");
    }
  });
})();
