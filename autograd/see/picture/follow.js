// In a notebook's cell, the page around the frame says which theme it has, or asks how high this page is; html_page.py
// has what it says.
addEventListener("message", (event) => {
  if (event.source !== parent) return;
  if (event.data === "height") {
    const { body, documentElement } = document;
    // Limits that are shares of the height must not follow a frame that follows them.
    documentElement.style.setProperty("--high", `${innerHeight}px`);
    const tell = () => parent.postMessage(Math.ceil(body.getBoundingClientRect().height), "*");
    tell(); // now, because a frame that is not in view observes nothing
    new ResizeObserver(tell).observe(body);
  } else if (["true", "false"].includes(event.data)) document.documentElement.dataset.jpThemeLight = event.data;
});
