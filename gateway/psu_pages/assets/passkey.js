// Uses a passkey, or makes one, with the options that a form carries, and sends the answer with that form. Forms with
// data-passkey are hidden until this runs: where scripts do not run, the other ways stay.
"use strict";

const bytes = text => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), c => c.charCodeAt(0));
const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const named = list => (list || []).map(one => ({...one, id: bytes(one.id)}));

function answered(credential) {
  const from = credential.response, response = {};
  for (const member of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (from[member]) response[member] = text(from[member]);
  }
  return JSON.stringify({id: credential.id, rawId: text(credential.rawId), type: credential.type,
                         clientExtensionResults: {}, response});
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) break;
  const failed = form.querySelector("[data-passkey-failed]");
  form.hidden = false;
  form.querySelector("button[data-passkey-use]").addEventListener("click", async () => {
    failed.hidden = true;
    try {
      const options = JSON.parse(form.dataset.options);
      options.challenge = bytes(options.challenge);
      let credential;
      if (form.dataset.passkey === "create") {
        options.user.id = bytes(options.user.id);
        options.excludeCredentials = named(options.excludeCredentials);
        credential = await navigator.credentials.create({publicKey: options});
      } else {
        options.allowCredentials = named(options.allowCredentials);
        credential = await navigator.credentials.get({publicKey: options});
      }
      form.elements.credential.value = answered(credential);
      form.submit();
    } catch {
      failed.hidden = false;
      failed.focus();
    }
  });
}
