/** A screen hangs where its computer stands: times are of that place. */
document.documentElement.dataset.zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
