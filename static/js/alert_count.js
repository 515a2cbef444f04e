/** How many alerts nobody has seen to, in the tab's title. */
const title = document.title;

function count() {
  const unseen = document.querySelectorAll('[data-slot="alerts"] > article:not(.is-gone)').length;
  document.title = unseen ? `(${unseen}) ${title}` : title;
}

for (const name of ["live:placed", "live:gone", "live:reloaded", "htmx:afterRequest"]) document.addEventListener(name, count);
count();
