"use strict";
// Light or dark, choosing all of a page, and keeping focus where a list was replaced. Everything works without it.
(() => {
  const root = document.documentElement;
  const held = (() => { try { return localStorage.getItem("shade"); } catch { return null; } })();
  if (held) root.dataset.shade = held;
  document.addEventListener("click", (event) => {
    const button = event.target.closest("#shade");
    if (!button) return;
    const dark = root.dataset.shade ? root.dataset.shade === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.shade = dark ? "light" : "dark";
    try { localStorage.setItem("shade", root.dataset.shade); } catch { /* private window */ }
  });
  document.addEventListener("change", (event) => {
    if (event.target.id !== "choose-all") return;
    for (const box of document.querySelectorAll("input[name=chosen]")) box.checked = event.target.checked;
  });
})();
