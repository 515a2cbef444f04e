/** The count of open cases beside the menu follows the figure on the wall. */
document.addEventListener("live:placed", ({ target }) => {
  const count = document.getElementById("open-count");
  if (target.id !== "strip-cases" || !count) return;
  count.firstChild.textContent = target.querySelector("#figure-cases").textContent.trim();
});
