// Keeps a desk's page up to date. What arrives is HTML made by the server, in which all that callers said is escaped.
"use strict";

const SILENCE_MS = 40000; // The server speaks every 15 s; a connection that says nothing for this long is dead.
const AGAIN_MS = 3000;
const places = { call: document.getElementById("calls"), message: document.getElementById("messages") };
const connection = document.getElementById("connection");
const notice = document.getElementById("notice");
const news = document.getElementById("news");
const title = document.title;
let source = null;
let silence = 0;

function connect() {
  clearTimeout(silence);
  if (source) source.close();
  source = new EventSource(document.body.dataset.events);
  source.addEventListener("all", (event) => take(event, true));
  source.addEventListener("change", (event) => take(event, false));
  source.addEventListener("alive", heard);
  source.addEventListener("trouble", () => { heard(); say("down", "Die Daten sind gestört, die Seite ist nicht aktuell."); });
  source.onerror = lost;
  heard();
}

function heard() {
  clearTimeout(silence);
  silence = setTimeout(() => { lost(); connect(); }, SILENCE_MS);
}

function lost() {
  say("down", "Verbindung unterbrochen, die Seite ist nicht aktuell.");
  if (source.readyState === EventSource.CLOSED) {
    clearTimeout(silence);
    setTimeout(again, AGAIN_MS);
  }
}

// A browser does not try again by itself where the server answered with an error.
async function again() {
  try {
    const answer = await fetch(location.href, { method: "HEAD", cache: "no-store" });
    if (answer.status === 404) return location.reload(); // The page has another address now.
  } catch { /* Still away: the next attempt shows it. */ }
  connect();
}

function say(state, text) {
  if (connection.dataset.state === state && connection.textContent === text) return;
  connection.dataset.state = state;
  connection.textContent = text;
}

function take(event, whole) {
  heard();
  say("up", "Wird laufend aktualisiert.");
  const { day, cards, gone } = JSON.parse(event.data);
  document.getElementById("day").textContent = day;
  const kept = new Set(cards.map((card) => card.key));
  if (whole) {
    for (const card of document.querySelectorAll(".card")) if (!kept.has(card.id)) remove(card);
  }
  for (const key of gone) remove(document.getElementById(key));
  for (const card of cards) show(card, whole);
  for (const place of Object.values(places)) place.nextElementSibling.hidden = place.children.length > 0;
  const ringing = document.querySelectorAll("#calls .card.now").length;
  document.title = ringing ? `(${ringing}) ${title}` : title;
}

function show({ key, kind, html }, whole) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const card = template.content.firstElementChild;
  const old = document.getElementById(key);
  if (old && old.outerHTML === card.outerHTML) return;
  if (old) {
    replace(old, card);
  } else {
    const order = Number(card.dataset.order);
    const after = [...places[kind].children].find((other) => Number(other.dataset.order) > order);
    places[kind].insertBefore(card, after || null);
  }
  if (whole) return;
  if (!old) card.classList.add("fresh");
  news.textContent = `${card.getAttribute("aria-label")}: ${card.querySelector(".top").textContent.trim()}`;
}

// Whoever was about to press a key on a card's button is still on that button.
function replace(old, card) {
  const controls = "button, summary";
  const focused = [...old.querySelectorAll(controls)].indexOf(document.activeElement);
  const open = [...old.querySelectorAll("details")].map((each) => each.open);
  [...card.querySelectorAll("details")].forEach((each, number) => { each.open = Boolean(open[number]); });
  old.replaceWith(card);
  const control = focused >= 0 ? card.querySelectorAll(controls)[focused] : null;
  if (control) control.focus();
}

function remove(card) {
  if (card) card.remove();
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  event.preventDefault();
  if (form.dataset.busy) return; // Not by disabling the button, which would lose the keyboard's focus.
  form.dataset.busy = "1";
  notice.hidden = true;
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      headers: { Accept: "application/json" },
    });
    if (!answer.ok) throw new Error(String(answer.status));
  } catch (error) {
    notice.textContent = error.message === "404"
      ? "Diesen Eintrag gibt es nicht mehr."
      : "Das wurde nicht gespeichert. Bitte noch einmal versuchen.";
    notice.hidden = false;
  } finally {
    delete form.dataset.busy;
  }
});

connect();
