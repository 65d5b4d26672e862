/** What makes an exported session replayable; without it the page reads from top to bottom. It reads the page, and writes no markup. */
export const pageScript = `
"use strict";
{
  const items = [...document.querySelectorAll("main li")];
  const nav = document.querySelector("nav");
  const at = document.getElementById("at");
  const play = document.getElementById("play");
  const speed = document.getElementById("speed");
  const mostIdleMs = 2000;
  let now = 0;
  let timer = 0;
  const go = (to, scroll = true) => {
    now = Math.max(0, Math.min(items.length - 1, to));
    for (const item of items) item.classList.toggle("now", item === items[now]);
    at.value = String(now);
    at.setAttribute("aria-valuetext", items[now].querySelector("h2").textContent);
    if (scroll) items[now].scrollIntoView({ block: "start" });
  };
  const stop = () => {
    clearTimeout(timer);
    timer = 0;
    play.textContent = "Play";
  };
  const tick = () => {
    if (now >= items.length - 1) return stop();
    const ms = Number(items[now + 1].dataset.at) - Number(items[now].dataset.at);
    timer = setTimeout(() => { go(now + 1); tick(); }, Math.min(mostIdleMs, Math.max(0, ms)) / Number(speed.value) + 150);
  };
  const toggle = () => {
    if (timer !== 0) return stop();
    if (now >= items.length - 1) go(0);
    play.textContent = "Pause";
    tick();
  };
  const jump = (what) => {
    const found = items.findIndex((item, place) => place > now && item.classList.contains(what));
    stop();
    if (found >= 0) go(found);
  };
  const step = (by) => { stop(); go(now + by); };
  if (items.length > 0) {
    at.max = String(items.length - 1);
    nav.hidden = false;
    document.getElementById("back").addEventListener("click", () => step(-1));
    document.getElementById("on").addEventListener("click", () => step(1));
    play.addEventListener("click", toggle);
    at.addEventListener("input", () => { stop(); go(Number(at.value)); });
    for (const what of ["hold", "denial", "failure"]) {
      const button = document.getElementById("next-" + what);
      button.disabled = !items.some((item) => item.classList.contains(what));
      button.addEventListener("click", () => jump(what));
    }
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input,select,button")) return;
      if (event.key === "j" || event.key === "ArrowRight") step(1);
      else if (event.key === "k" || event.key === "ArrowLeft") step(-1);
      else if (event.key === " ") toggle();
      else return;
      event.preventDefault();
    });
    const named = () => {
      const place = items.findIndex((item) => "#" + item.id === location.hash);
      if (place >= 0) { stop(); go(place, false); }
    };
    addEventListener("hashchange", named);
    go(0, false);
    named();
  }
}
`;
