/** What a figure means is shown while the pointer or the focus is on it. Escape hides it until both have left. */
document.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  for (const figure of document.querySelectorAll(".figures > div:is(:hover, :focus-within)")) {
    const show = () => figure.classList.remove("is-dismissed");
    figure.classList.add("is-dismissed");
    figure.addEventListener("pointerleave", show, { once: true });
    figure.addEventListener("focusout", show, { once: true });
  }
});
