// What the page does in the browser. Gradio runs it once, with `element` (the panel) and `trigger` (sends an event).
// Text that comes from documents is only ever set as textContent.

const PREVIEW_MARGIN = 12;
const log = () => document.getElementById("log");
const body = document.body;
let opener = null; // what had the focus before the document was opened

const preview = document.createElement("div");
preview.id = "preview";
preview.setAttribute("role", "tooltip");
preview.hidden = true;
body.append(preview);

function showPreview(marker) {
	const quote = document.createElement("q");
	quote.textContent = marker.dataset.quote;
	quote.lang = "fr";
	const title = document.createElement("cite");
	title.textContent = marker.dataset.title;
	preview.replaceChildren(quote, title);
	preview.hidden = false;
	preview.style.left = preview.style.top = "0"; // where nothing narrows it while it is measured
	marker.setAttribute("aria-describedby", "preview");
	const at = marker.getBoundingClientRect();
	const box = preview.getBoundingClientRect();
	const left = Math.min(Math.max(PREVIEW_MARGIN, at.left + at.width / 2 - box.width / 2),
		window.innerWidth - box.width - PREVIEW_MARGIN);
	const below = at.bottom + 6; // the sentence above the marker stays readable
	preview.style.left = `${left}px`;
	preview.style.top = `${below + box.height <= window.innerHeight - PREVIEW_MARGIN ? below : at.top - box.height - 6}px`;
}

function hidePreview() {
	if (preview.hidden) return false;
	preview.hidden = true;
	document.querySelectorAll('[aria-describedby="preview"]').forEach((m) => m.removeAttribute("aria-describedby"));
	return true;
}

function closeDocument() {
	if (!body.classList.contains("reading")) return;
	body.classList.remove("reading");
	if (opener?.isConnected) opener.focus();
	opener = null;
}

function documentArrived() {
	const opened = element.querySelector("[data-opened]");
	if (!opened) return closeDocument();
	if (opened.dataset.opened === element.dataset.shown) return;
	element.dataset.shown = opened.dataset.opened;
	hidePreview();
	body.classList.add("reading");
	opened.querySelector("h2").focus({ preventScroll: true });
	const scroller = element.closest("#panel");
	const mark = opened.querySelector("mark");
	scroller.scrollTop = 0;
	if (mark) {
		const offset = mark.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
		const header = opened.querySelector("header").offsetHeight; // it stays on top of the text
		scroller.scrollTop = Math.max(0, offset - header - (scroller.clientHeight - header) / 4);
	}
}

const markerOf = (event) => (event.target instanceof Element ? event.target.closest(".marker") : null);

document.addEventListener("mouseover", (event) => {
	const marker = markerOf(event);
	if (marker) showPreview(marker);
	else if (!preview.contains(event.target)) hidePreview();
});
document.addEventListener("focusin", (event) => {
	const marker = markerOf(event);
	if (marker?.matches(":focus-visible")) showPreview(marker);
	else hidePreview();
});
document.addEventListener("scroll", (event) => {
	hidePreview();
	if (event.target === log()) follows();
}, { capture: true, passive: true });

document.addEventListener("click", (event) => {
	const button = event.target instanceof Element ? event.target.closest("button") : null;
	if (!button) return;
	const { exchange, marker, evidence, question } = button.dataset;
	if (exchange !== undefined) {
		opener = button;
		trigger("cite", { exchange: Number(exchange), marker: marker && Number(marker), evidence: evidence && Number(evidence) });
	} else if (question !== undefined) {
		trigger("example", { question });
		// the button is about to go; on a touch screen the focus would raise the keyboard over the answer
		if (matchMedia("(hover: hover)").matches) document.querySelector("#question textarea")?.focus();
	} else if (button.hasAttribute("data-close")) {
		closeDocument();
	} else if (button.id === "new") {
		document.querySelector("#question textarea")?.focus();
	}
});

document.addEventListener("keydown", (event) => {
	if (event.key === "Escape" && !hidePreview()) closeDocument();
});

// White space is not sent: while the server looked at it, a real question would have to wait
const blank = () => !document.querySelector("#question textarea")?.value.trim();
const swallow = (event) => {
	event.preventDefault();
	event.stopImmediatePropagation();
};
document.addEventListener("keydown", (event) => {
	if (event.key === "Enter" && !event.shiftKey && event.target.matches?.("#question textarea") && blank()) swallow(event);
}, true);
document.addEventListener("click", (event) => {
	if (event.target.closest?.("#question .submit-button") && blank()) swallow(event);
}, true);

// A new question comes into view, and its answer while it grows, unless the reader has scrolled away
let follow = true;
function follows() {
	const box = log();
	follow = box.scrollHeight - box.scrollTop - box.clientHeight < 80;
}
let exchanges = 0;
function logChanged() {
	const box = log();
	const count = box.querySelectorAll(".exchange").length;
	if (count > exchanges) follow = true;
	if (count === 0) box.scrollTop = 0;
	else if (follow && (count !== exchanges || box.querySelector("[aria-busy]") || box.dataset.busy)) {
		const last = box.querySelector(".exchange:last-child");
		// never so far that the question leaves the screen
		const question = box.querySelector("#live .question");
		const top = question ? question.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop : 0;
		box.scrollTop = last ? Math.min(box.scrollHeight, top - 16) : box.scrollHeight;
	}
	exchanges = count;
	if (box.querySelector("[aria-busy]")) box.dataset.busy = "1";
	else delete box.dataset.busy;
}

function wordsArrived() {
	const header = document.querySelector(".header");
	if (!header) return;
	document.documentElement.lang = header.dataset.language;
	for (const [name, label] of [["submit", header.dataset.send], ["stop", header.dataset.stop]]) {
		const button = document.querySelector(`#question .${name}-button`);
		if (button && button.getAttribute("aria-label") !== label) {
			button.setAttribute("aria-label", label);
			button.title = label;
		}
	}
}

// Gradio mounts the parts of the page in no fixed order: one observer on all of it, at most once a frame
let scheduled = false;
function changed() {
	if (scheduled) return;
	scheduled = true;
	requestAnimationFrame(() => {
		scheduled = false;
		if (!log()) return;
		wordsArrived();
		logChanged();
		documentArrived();
	});
}

new MutationObserver(changed).observe(body, {
	childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ["data-opened", "aria-busy"],
});
changed();
