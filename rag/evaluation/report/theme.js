"use strict";
// Light or dark as the system says, until the button is pressed; a choice is kept where the browser allows it.
(() => {
	const KEY = "sourcier-report-theme";
	const root = document.documentElement;
	const system = matchMedia("(prefers-color-scheme: dark)");
	let chosen = null;
	try {
		chosen = localStorage.getItem(KEY);
	} catch {
		// storage is closed to this page: the choice lasts as long as the page
	}
	if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;

	const current = () => root.dataset.theme || (system.matches ? "dark" : "light");

	document.addEventListener("DOMContentLoaded", () => {
		const button = document.getElementById("theme");
		const label = () => { button.textContent = current() === "dark" ? "Light theme" : "Dark theme"; };
		label();
		button.hidden = false;
		system.addEventListener("change", label);
		button.addEventListener("click", () => {
			root.dataset.theme = current() === "dark" ? "light" : "dark";
			try {
				localStorage.setItem(KEY, root.dataset.theme);
			} catch {
				// as above
			}
			label();
		});
	});
})();
