"use strict";
// The list of questions: filtered, searched, ordered, a page at a time. Every text goes in as textContent.
// The address keeps the state behind "#", as in #outcome=wrong&type=who&page=2, so that a view can be sent to someone.
(() => {
	const PAGE = 20;
	const NUMBER = new Intl.NumberFormat("en");
	const data = JSON.parse(document.getElementById("data").textContent);
	const labels = new Map(data.outcomes.map((outcome) => [outcome.name, outcome.label]));
	const find = (id) => document.getElementById(id);
	const [form, search, type, order, list, found, pager, place] =
		["filters", "search", "type", "order", "list", "found", "pager", "place"].map(find);
	const initial = { outcome: "", type: "", search: "", order: "", page: 1, id: "" };
	let state = { ...initial };

	// --- finding ---

	/** Lower case, no accents, ligatures opened, one kind of apostrophe and space. */
	function fold(text) {
		return text.normalize("NFKD").replace(/\p{M}+/gu, "").toLowerCase()
			.replace(/œ/g, "oe").replace(/æ/g, "ae").replace(/[’ʼ‘‛′]/g, "'").replace(/\s+/g, " ");
	}

	function haystack(row) {
		row.folded ??= fold([
			row.id, row.question, row.short, row.answer, row.candidate, ...(row.gold ?? []),
			...(row.quotes ?? []).flatMap(([, source, , parts]) => [source, parts.join("")]),
			...(row.goldQuotes ?? []).map((parts) => parts.join("")),
		].filter(Boolean).join("\n"));
		return row.folded;
	}

	const LAST = Number.MAX_SAFE_INTEGER;
	const orders = {
		sure: (row) => -(row.confidence ?? 0),
		unsure: (row) => row.confidence ?? 0,
		f1: (row) => row.f1 ?? LAST,
		rank: (row) => (row.rank ? -row.rank : row.relevant ? -LAST : 1),
		slow: (row) => -(row.ms ?? 0),
	};

	function selected() {
		if (state.id) return data.rows.filter((row) => row.id === state.id);
		const words = fold(state.search).split(" ").filter(Boolean);
		const rows = data.rows.filter((row) =>
			(!state.outcome || row.outcome === state.outcome) &&
			(!state.type || row.type === state.type) &&
			words.every((word) => haystack(row).includes(word)));
		const key = orders[state.order];
		return key ? rows.sort((a, b) => key(a) - key(b)) : rows;
	}

	// --- showing ---

	function element(tag, attributes, ...children) {
		const made = document.createElement(tag);
		for (const [name, value] of Object.entries(attributes ?? {})) {
			if (value !== undefined && value !== "") made.setAttribute(name, value);
		}
		made.append(...children.filter((child) => child !== undefined && child !== ""));
		return made;
	}

	const lang = data.language;
	const words = (text) => element("span", { lang }, text);

	/** Plain and marked parts by turns. */
	function marked(parts) {
		return parts.map((part, place) => (place % 2 ? element("mark", {}, part) : part));
	}

	function pair(term, ...values) {
		return element("div", {}, element("dt", {}, term), ...values.map((value) => element("dd", {}, value)));
	}

	function figures(row) {
		const shown = [];
		const add = (text) => shown.push(element("span", {}, text));
		if (row.f1 !== undefined) add(`F1 ${(100 * row.f1).toFixed(0)}%`);
		if (row.confidence !== undefined && data.mode !== "retrieval") add(`confidence ${(100 * row.confidence).toFixed(0)}%`);
		if (row.relevant && data.mode !== "reading") add(row.rank ? `relevant document at rank ${row.rank}` : "relevant document not found");
		if (row.ms !== undefined) add(row.ms >= 1000 ? `${(row.ms / 1000).toFixed(1)} s` : `${row.ms.toFixed(row.ms < 10 ? 1 : 0)} ms`);
		return shown;
	}

	function history(row) {
		if (!row.history) return undefined;
		const turns = row.history.map(([role, content]) => element("p", {}, element("b", {}, role === "user" ? "Asked: " : "Answered: "), words(content)));
		const count = turns.length;
		return element("details", { class: "history" }, element("summary", {}, `After ${count} earlier turn${count > 1 ? "s" : ""}`), ...turns);
	}

	function answers(row) {
		const shown = element("dl", { class: "answers" });
		if (data.mode !== "retrieval") {
			const given = row.refused ? undefined : row.short || row.answer;
			shown.append(pair("Answer", row.refused ? element("i", {}, "refused") : given ? words(given) : element("i", {}, "empty")));
			if (row.answer && row.answer !== given) shown.append(pair("In full", words(row.answer)));
			if (row.candidate) shown.append(pair("Would have said", words(row.candidate)));
			if (row.gold) shown.append(pair("Gold answer", ...[...new Set(row.gold)].map(words)));
			else shown.append(pair("Gold answer", element("i", {}, row.unanswerable ? "none: unanswerable" : "none given")));
		}
		const documents = (names) => element("span", { class: "documents" }, names.join(" · "));
		if (row.relevant && data.mode !== "reading") shown.append(pair("Relevant", documents(row.relevant)));
		if (row.relevant && row.ranked && row.rank !== 1) shown.append(pair("Ranked first", documents(row.ranked)));
		return shown;
	}

	function quotes(row) {
		return (row.quotes ?? []).map(([marker, source, verbatim, parts]) =>
			element("figure", { class: "quote" },
				element("blockquote", { lang }, ...marked(parts)),
				element("figcaption", {}, `[${marker}] ${source}`, verbatim ? "" : element("b", { class: "warning" }, " not found at its place in the document"))));
	}

	function goldQuotes(row) {
		if (!row.goldQuotes) return undefined;
		const count = row.goldQuotes.length;
		const shown = element("details", { class: "gold" },
			element("summary", {}, count > 1 ? `${count} gold quotes` : "Gold quote"),
			...row.goldQuotes.map((parts) => element("figure", { class: "quote" }, element("blockquote", { lang }, ...marked(parts)))));
		shown.open = row.outcome !== "right"; // where something went wrong, one wants to see what was to be found
		return shown;
	}

	function card(row) {
		const link = element("a", { href: `#${new URLSearchParams({ id: row.id })}`, class: "id", "aria-label": `Link to question ${row.id}` }, row.id);
		return element("article", { class: `question ${row.outcome}` },
			element("p", { class: "facts-line" }, element("span", { class: `badge ${row.outcome}` }, labels.get(row.outcome)), element("span", {}, row.type), ...figures(row), link),
			element("h3", { lang }, row.question),
			history(row), answers(row), ...quotes(row), goldQuotes(row));
	}

	function show() {
		const rows = selected();
		const pages = Math.max(1, Math.ceil(rows.length / PAGE));
		state.page = Math.min(Math.max(1, state.page), pages);
		const first = (state.page - 1) * PAGE;
		const shown = rows.slice(first, first + PAGE);
		list.replaceChildren(...shown.map(card));
		const all = NUMBER.format(data.rows.length);
		const many = `${NUMBER.format(rows.length)} of ${all} questions`;
		found.textContent = rows.length ? `${many}${pages > 1 ? `, ${NUMBER.format(first + 1)} to ${NUMBER.format(first + shown.length)} shown` : ""}` : "No question matches.";
		if (rows.length < data.rows.length) {
			const clear = element("button", { type: "button", class: "quiet" }, "Show all");
			clear.addEventListener("click", () => { change({ ...initial }); search.focus(); });
			found.append(" ", clear);
		}
		pager.hidden = pages === 1;
		place.textContent = `Page ${state.page} of ${pages}`;
		for (const button of pager.querySelectorAll("button")) {
			const back = ["first", "previous"].includes(button.dataset.step);
			// not `disabled`, which would throw the keyboard's focus away
			button.setAttribute("aria-disabled", String(state.page === (back ? 1 : pages)));
			button.dataset.pages = pages;
		}
		for (const button of form.querySelectorAll("[data-outcome]")) {
			button.setAttribute("aria-pressed", String(button.dataset.outcome === state.outcome));
		}
		if (search.value !== state.search) search.value = state.search;
		type.value = state.type;
		order.value = state.order;
	}

	// --- the state and the address ---

	function change(values, { keepPage = false } = {}) {
		state = { ...state, id: "", ...(keepPage ? {} : { page: 1 }), ...values };
		show();
		const kept = Object.entries(state).filter(([name, value]) => value !== initial[name]);
		const address = kept.length ? `#${new URLSearchParams(kept.map(([name, value]) => [name, String(value)]))}` : "#questions";
		try {
			window.history.replaceState(null, "", address);
		} catch {
			// some browsers refuse this for a file: the view works all the same
		}
	}

	function readAddress() {
		if (!location.hash.includes("=")) return false;
		const values = new URLSearchParams(location.hash.slice(1));
		state = { ...initial };
		for (const name of Object.keys(initial)) {
			if (values.has(name)) state[name] = name === "page" ? Number.parseInt(values.get(name), 10) || 1 : values.get(name);
		}
		return true;
	}

	form.addEventListener("submit", (event) => event.preventDefault());
	form.addEventListener("click", (event) => {
		const button = event.target.closest("[data-outcome]");
		if (button) change({ outcome: button.dataset.outcome });
	});
	let waiting = 0;
	search.addEventListener("input", () => {
		clearTimeout(waiting);
		waiting = setTimeout(() => change({ search: search.value }), 120);
	});
	type.addEventListener("change", () => change({ type: type.value }));
	order.addEventListener("change", () => change({ order: order.value }));
	pager.addEventListener("click", (event) => {
		const button = event.target.closest("button");
		if (!button || button.getAttribute("aria-disabled") === "true") return;
		const steps = { first: 1, previous: state.page - 1, next: state.page + 1, last: Number(button.dataset.pages) };
		change({ page: steps[button.dataset.step] }, { keepPage: true });
		form.scrollIntoView();
	});
	window.addEventListener("hashchange", () => {
		if (!readAddress()) return;
		show();
		find("questions").scrollIntoView();
	});

	type.append(...data.types.map(([name, count]) => element("option", { value: name }, `${name} (${NUMBER.format(count)})`)));
	form.hidden = false;
	const linked = readAddress();
	show();
	if (linked) find("questions").scrollIntoView();
})();
