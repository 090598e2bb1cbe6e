// Keys, and small comforts. Without it every page works: whatever a key does is a link or a button on the page.
(() => {
  "use strict";
  const cases = () => [...document.querySelectorAll("[data-case]")];
  let at = -1;

  const busy = (target) => target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
  const current = () => cases()[at] || (cases().length === 1 ? cases()[0] : null);

  function go(step) {
    const all = cases();
    if (!all.length) return;
    at = Math.min(Math.max(at + step, 0), all.length - 1);
    all.forEach((one, n) => one.classList.toggle("here", n === at));
    const link = all[at].querySelector("h2 a, h1");
    if (link && link.matches("a")) link.focus({ preventScroll: true });
    all[at].scrollIntoView({ block: "center" });
  }

  function press(key) {
    const fits = (one) => (one.dataset.key || "").split(" ").includes(key);
    const here = current();
    const found = [...(here ? here.querySelectorAll("[data-key]") : [])].find(fits)
      || [...document.querySelectorAll("[data-key]")].find((one) => fits(one) && !one.closest("[data-case]"));
    if (!found) return false;
    if (found.matches("textarea, input[type=search]")) found.focus();
    else found.click();
    return true;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && busy(event.target)) { event.target.blur(); return; }
    if (busy(event.target) || document.querySelector("dialog[open]")) return;
    if (event.key === "Enter" && event.target !== document.body) return;
    if (event.key === "j" || event.key === "k") { go(event.key === "j" ? 1 : -1); event.preventDefault(); return; }
    if (press(event.key)) event.preventDefault();
  });

  document.addEventListener("focusin", (event) => {
    const mine = event.target.closest("[data-case]");
    if (mine) at = cases().indexOf(mine);
  });

  document.addEventListener("click", (event) => {
    const opens = event.target.closest("[data-open]");
    if (opens) document.getElementById(opens.dataset.open).showModal();
    const copies = event.target.closest("[data-copy]");
    if (copies) {
      navigator.clipboard.writeText(document.getElementById(copies.dataset.copy).value).then(() => {
        copies.textContent = copies.dataset.copied;
      });
    }
  });

  document.addEventListener("change", (event) => {
    const name = event.target.dataset.all;
    if (name) document.querySelectorAll(`input[name="${name}"]`).forEach((one) => { one.checked = event.target.checked; });
  });

  // What only a script can do shows only where one runs.
  document.querySelectorAll("[data-open], [data-copy], [data-all]").forEach((one) => { one.hidden = false; });
  const doing = document.querySelector("#doing [aria-invalid=true], #doing textarea, #doing input:not([type=hidden]), #doing select");
  if (doing && location.hash === "#doing") doing.focus();
})();
