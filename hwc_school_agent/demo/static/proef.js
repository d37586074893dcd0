"use strict";
// Shows the school's answer as soon as it is there, and counts the seconds until then.

const stand = document.getElementById("stand");
const melding = document.getElementById("melding");
const verbinding = document.getElementById("verbinding");
const rust = verbinding.textContent;

function tel() {
  for (const plek of stand.querySelectorAll("[data-sinds]")) {
    const seconden = Math.max(0, Math.floor(Date.now() / 1000 - Number(plek.dataset.sinds)));
    plek.textContent = `${seconden} s`;
  }
}

async function volg() {
  try {
    const antwoord = await fetch(`/stand?na=${stand.dataset.stand}`, { cache: "no-store" });
    if (antwoord.status === 200) {
      const klaar = stand.querySelectorAll(".brief--klaar").length;
      stand.innerHTML = await antwoord.text();
      stand.dataset.stand = antwoord.headers.get("X-Stand");
      tel();
      if (stand.querySelectorAll(".brief--klaar").length > klaar) {
        melding.textContent = melding.dataset.geantwoord;
      }
    }
    verbinding.textContent = rust;
    setTimeout(volg, 0);
  } catch {
    verbinding.textContent = verbinding.dataset.gestopt;
    setTimeout(volg, 2000);
  }
}

setInterval(tel, 1000);
tel();
volg();
