// Runs before the page is drawn, also where it was opened as a file: browsers start no modules there.
if (location.protocol === "file:") document.documentElement.classList.add("unserved");
