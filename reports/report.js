"use strict";
(() => {
  const root = document.documentElement;
  const known = (code) => (code === "en" || code === "zh" ? code : "");
  const asked = () =>
    known(new URLSearchParams(location.search).get("lang")) || known(location.hash.slice(1));
  const native = () => ((navigator.language || "en").toLowerCase().startsWith("zh") ? "zh" : "en");
  const show = (code) => {
    root.dataset.language = code;
    root.lang = code === "zh" ? "zh-CN" : "en";
    document.title = document.body.getAttribute("data-title-" + code);
    for (const element of document.querySelectorAll("[data-label-en]"))
      element.setAttribute("aria-label", element.getAttribute("data-label-" + code));
    for (const button of document.querySelectorAll("[data-choose]"))
      button.setAttribute("aria-pressed", String(button.dataset.choose === code));
  };
  for (const button of document.querySelectorAll("[data-choose]"))
    button.addEventListener("click", () => show(button.dataset.choose));
  addEventListener("hashchange", () => {
    const code = known(location.hash.slice(1));
    if (code) show(code);
  });
  show(asked() || native());
})();
