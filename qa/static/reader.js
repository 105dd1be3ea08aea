// The reader: a document beside the chat, or over it on a narrow screen, opened at what a mark cites.
(() => {
  "use strict";
  const { $, $$, words, state, share, query, html, attempt, article, box } = window.youju;

  const narrow = () => matchMedia("(max-width: 899px)").matches;

  async function read(path, from) {
    const reader = $("#yj-reader");
    const page = $("#yj-page");
    const fresh = reader.hidden;
    if (fresh) {
      page.textContent = words.reader_loading;
      reader.hidden = false;
      document.body.classList.add("yj-reading");
    }
    reader.toggleAttribute("aria-modal", narrow());
    if (narrow()) reader.setAttribute("role", "dialog");
    else reader.removeAttribute("role");
    outside(narrow());
    try {
      page.innerHTML = await html(path);
    } catch (error) {
      page.textContent = error.message;
    }
    state.back = from || state.back;
    toTarget();
    page.focus({ preventScroll: true });
  }

  function toTarget() {
    const page = $("#yj-page");
    const target = $("mark.yj-cited, mark.yj-was-found", page) || $("[data-target]", page);
    const clause = $("[data-target]", page);
    if (!target) {
      page.scrollTop = 0;
      return;
    }
    const height = clause ? clause.getBoundingClientRect().height : 0;
    const seen = clause && clause.contains(target) && height < page.clientHeight * 0.7 ? clause : target;
    const top = seen.getBoundingClientRect().top - page.getBoundingClientRect().top + page.scrollTop;
    page.scrollTop = Math.max(0, top - page.clientHeight * 0.18);
  }

  // While the reader covers the screen nothing behind it can be reached.
  function outside(off) {
    for (const node of [$(".yj-header"), $("gradio-app"), $("#yj-early"), $("main.yj")]) if (node) node.inert = off;
  }

  function openMark(button) {
    const node = button.closest(".yj-turn");
    if (!node || !node.dataset.turn) return;
    const ref = button.dataset.mark;
    const path = `/page/reader/turn/${encodeURIComponent(node.dataset.turn)}/${encodeURIComponent(ref)}`;
    state.opened = { turn: node.dataset.turn, ref };
    $$(".yj-active").forEach((n) => n.classList.remove("yj-active"));
    button.closest(".yj-card")?.classList.add("yj-active");
    button.classList.add("yj-active");
    steps();
    return read(`${path}?${query(share() ? { share: share() } : {})}`, button);
  }

  const refs = () => {
    const node = state.opened && article(state.opened.turn);
    if (!node) return [];
    const marks = $$(".yj-text .yj-mark", node);
    return marks.length ? marks : $$(".yj-card-open", node);
  };
  function steps() {
    const many = refs().length > 1;
    $$('[data-act="reader-previous"], [data-act="reader-next"]').forEach((b) => (b.hidden = !many));
    $('[data-act="reader-back"]').hidden = false;
  }
  function step(by) {
    const all = refs();
    const at = all.findIndex((n) => n.dataset.mark === state.opened.ref);
    const next = all[(at + by + all.length) % all.length];
    if (next) attempt(() => openMark(next));
  }

  function openClause(button) {
    const { document: id, clause = "", start = "-1", end = "-1", quote = "" } = button.dataset;
    state.opened = null;
    $$('[data-act="reader-previous"], [data-act="reader-next"]').forEach((b) => (b.hidden = true));
    const turn = button.closest(".yj-turn")?.dataset.turn; // what an answer speaks of is kept with it
    const from = turn ? `turn/${encodeURIComponent(turn)}/` : "";
    const kept = JSON.parse(button.closest("[data-kept]")?.dataset.kept || "{}")[id]; // and beside a list of measures
    const more = turn ? (share() ? { share: share() } : {}) : kept ? { kept } : {};
    return read(
      `/page/reader/${from}document/${encodeURIComponent(id)}?${query({ clause, start, end, quote, ...more })}`,
      button,
    );
  }

  function closeReader(back = true) {
    const reader = $("#yj-reader");
    if (!reader || reader.hidden) return false;
    reader.hidden = true;
    document.body.classList.remove("yj-reading");
    outside(false);
    $$(".yj-active").forEach((n) => n.classList.remove("yj-active"));
    // The button may have been made anew while the reader was open.
    const from = state.back?.isConnected
      ? state.back
      : state.opened && $(`[data-mark="${CSS.escape(state.opened.ref)}"]`, article(state.opened.turn) || document);
    if (back) (from || box())?.focus();
    state.back = null;
    return true;
  }

  Object.assign(window.youju, { openMark, openClause, closeReader, toTarget, step });
})();
