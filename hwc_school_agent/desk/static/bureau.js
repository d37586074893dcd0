// The desk's page: listens whether something changed, rings, and covers what was shown.
// Everything works without this file too; it only makes the page faster and audible.
//
// It leaves the title and the icon alone, and puts no badge on an installed page: the browser keeps all three, the last
// one with its time. Measured: tests/browser/test_profiles.py.
"use strict";

(function () {
  const body = document.body;
  const at = (id) => document.getElementById(id);
  const shown = body.dataset.stand === "shown";
  const loggedIn = body.dataset.stand !== "login";
  const LOST_AFTER = 20000;
  const WARN_BEFORE = 60000;

  let ring = Number(body.dataset.seintje);
  let notice = Number(body.dataset.bericht);
  let lastEvent = Date.now();
  let signAge = 0; // how old the last sign of the program behind the desk was when it reached us, in seconds
  let leaving = false;

  // -- what was shown goes away with the page ------------------------------------------------------------------

  function empty() {
    document.querySelectorAll("[data-inhoud]").forEach((part) => part.replaceChildren());
  }

  function reload() {
    if (leaving) return;
    leaving = true;
    if (shown) empty();
    location.reload();
  }

  window.addEventListener("pagehide", () => { if (shown) empty(); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  if (shown) {
    const cover = Date.now() + Number(body.dataset.bedek) * 1000;
    const soon = at("straks");
    setInterval(() => {
      if (Date.now() >= cover) reload(); // a laptop that slept covers at once
      else if (soon && soon.hidden && Date.now() >= cover - WARN_BEFORE) {
        soon.hidden = false;
        at("melding").textContent = soon.querySelector("p").textContent;
      }
    }, 500);
    at("st").focus();
  } else if (loggedIn) {
    const heading = document.querySelector("#pagina h1");
    setTimeout(() => { at("melding").textContent = heading ? heading.textContent : ""; }, 400);
  }

  // -- one press is one press ------------------------------------------------------------------------------------

  document.addEventListener("submit", (event) => {
    if (leaving) { event.preventDefault(); return; }
    leaving = true;
    const form = event.target;
    const deed = form.elements.namedItem("do");
    if (shown && deed && (deed.value === "afdekken" || deed.value === "uitloggen")) setTimeout(empty, 0);
    setTimeout(() => document.querySelectorAll("button").forEach((b) => { b.disabled = true; }), 0);
    setTimeout(() => {
      leaving = false;
      document.querySelectorAll("button").forEach((b) => { b.disabled = false; });
    }, 30000);
  });

  // -- a sound at any time; a notification, which the system keeps with its time, at the morning look only ---------

  let audio = null;

  function sound(gentle) {
    if (!audio || audio.state !== "running") return;
    const start = audio.currentTime;
    [0, 0.28, 0.56].slice(0, gentle ? 1 : 3).forEach((delay, i) => {
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      tone.frequency.value = i % 2 ? 660 : 880;
      volume.gain.setValueAtTime(0.0001, start + delay);
      volume.gain.exponentialRampToValueAtTime(gentle ? 0.15 : 0.5, start + delay + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, start + delay + 0.25);
      tone.connect(volume).connect(audio.destination);
      tone.start(start + delay);
      tone.stop(start + delay + 0.26);
    });
  }

  function canNotify() {
    return "Notification" in window && Notification.permission === "granted";
  }

  function notify() {
    if (!canNotify() || document.visibilityState === "visible") return;
    try {
      const seen = new Notification(body.dataset.naam, { body: body.dataset.oproep, tag: "bureau", renotify: true });
      seen.onclick = () => { window.focus(); seen.close(); };
    } catch (ignored) { /* phones allow this from a service worker only; the page itself still rings */ }
  }

  function showBells() {
    const asks = at("seintjes");
    if (!asks) return;
    const on = audio !== null && audio.state === "running";
    const undecided = "Notification" in window && Notification.permission === "default";
    asks.hidden = on && !undecided;
    at("seintjes-staan-aan").hidden = !on || undecided;
  }

  function wakeAudio() {
    if (audio && audio.state === "suspended") audio.resume().then(showBells, () => {});
  }

  if (loggedIn && "AudioContext" in window) {
    audio = new AudioContext(); // runs at once when this person clicked on the page before; else after a click
    audio.onstatechange = showBells;
    document.addEventListener("pointerdown", wakeAudio);
    document.addEventListener("keydown", wakeAudio);
  }
  if (at("seintjes-aan")) {
    at("seintjes-aan").addEventListener("click", () => {
      if (audio) audio.resume().then(() => { sound(true); showBells(); }, () => {});
      if ("Notification" in window) Notification.requestPermission().then(showBells, () => {});
    });
    setTimeout(showBells, 300);
  }

  // -- the stream ------------------------------------------------------------------------------------------------

  function heard(event) {
    const now = JSON.parse(event.data);
    lastEvent = Date.now();
    signAge = now.sign;
    if (at("verbonden")) at("verbonden").hidden = false;
    found();
    if (at("gekeken") && now.look) at("gekeken").textContent = now.look;
    const rings = now.ring > ring;
    ring = now.ring;
    if (rings && !shown) sound(false);
    if (now.notice > notice) notify();
    notice = now.notice;
    if (String(now.version) !== body.dataset.versie && !leaving) {
      if (rings && !shown) setTimeout(reload, 1200); else reload(); // let the sound be heard
    }
    tick();
  }

  let stream = null;

  function listen() {
    stream = new EventSource("/stand");
    stream.addEventListener("stand", heard);
    stream.addEventListener("error", () => {
      if (stream.readyState !== EventSource.CLOSED || leaving) return;
      // Refused: most likely no longer logged in. See whether the desk answers, then load the page again.
      setTimeout(() => fetch("/stand", { method: "GET", headers: { accept: "text/event-stream" } }).then((answer) => {
        if (answer.body) answer.body.cancel().catch(() => {});
        if (answer.status === 403) reload(); else listen();
      }, listen), 2000);
    });
  }

  // -- the line may be dead: never show that as "nothing to do" ---------------------------------------------------

  let lost = false;

  function clock(time) {
    const two = (n) => String(n).padStart(2, "0");
    return body.dataset.klok.replace("{h}", two(time.getHours())).replace("{m}", two(time.getMinutes()));
  }

  function lose() {
    if (lost || !at("los")) return;
    lost = true;
    at("los-tijd").textContent = clock(new Date(lastEvent));
    ["verbonden", "seintjes", "seintjes-staan-aan"].forEach((id) => { if (at(id)) at(id).hidden = true; });
    if (shown) return; // what is on the screen stays usable; it covers itself in time
    at("pagina").hidden = true;
    at("los").hidden = false;
    at("melding").textContent = at("los-kop").textContent;
  }

  function found() {
    if (!lost) return;
    lost = false;
    if (!shown) reload();
  }

  function tick() {
    const silent = Date.now() - lastEvent;
    if (silent > LOST_AFTER) lose();
    const seconds = Math.round(silent / 1000) + signAge;
    const sign = at("teken");
    if (sign) sign.textContent = seconds < 2 ? sign.dataset.nu : sign.dataset.tellend.replace("{n}", seconds);
  }

  if (loggedIn) {
    listen();
    setInterval(tick, 1000);
  }
})();
