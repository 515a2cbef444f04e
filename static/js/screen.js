import "./screen_zone.js";
import "./connection_badge.js";
import "./local_time.js";
import "./screen_link.js";
import "./screen_list.js";
import "./screen_own.js";
import "./screen_queues.js";
import "./since_time.js";
import "./wall_clock.js";
import { LivePage } from "./live_page.js";

const ASK_AGAIN_MS = 30_000;

const page = new LivePage(document.querySelector("main"));
page.start();

// Nobody stands at a screen to load it anew: what is not live asks whether it may be again.
setInterval(() => {
  if (!page.main.dataset.watch) page.reload();
}, ASK_AGAIN_MS);

// Nor does a touch lead away from it.
for (const name of ["click", "auxclick"]) {
  document.addEventListener(name, (event) => {
    if (event.target.closest("[data-slot] a")) event.preventDefault();
  });
}
