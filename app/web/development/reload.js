// Loads the page again when its templates or static files have changed, or when
// the app has restarted. Only APP_SETTINGS=development serves it.
"use strict";

let seen;
let changes;

function follow() {
  changes = new EventSource("/development/changes");
  changes.onmessage = (event) => {
    seen ??= event.data;
    if (event.data !== seen) location.reload();
  };
  changes.onerror = () => {
    // Not every browser tries again by itself while nothing answers.
    if (changes.readyState === EventSource.CLOSED) setTimeout(follow, 500);
  };
}

// A browser opens six connections to a site, and each tab would keep one.
document.addEventListener("visibilitychange", () => {
  changes.close();
  if (!document.hidden) follow();
});
follow();
