// Loads the page again when its templates or static files have changed, or when
// the app has restarted. Only APP_SETTINGS=development serves it.
"use strict";

// The version of what this page was made from stands in this script's address.
const version = new URL(document.currentScript.src).search.slice(1);
let changes;

function follow() {
  changes = new EventSource("/development/changes");
  changes.onmessage = (event) => {
    if (event.data !== version) location.reload();
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
