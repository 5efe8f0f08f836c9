// In a notebook's cell, the page around the frame says which theme it has; html_page.py has what it says.
addEventListener("message", (event) => {
  if (event.source !== parent || !["true", "false"].includes(event.data)) return;
  document.documentElement.dataset.jpThemeLight = event.data;
});
