// The chat: its thread, asking, what is shared by the page's scripts (reader.js, tools.js). No library, nothing from outside.
// Python (qa/page_html*.py) makes all HTML of words; here they are only put in place, or set as text.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const words = { lang: "zh" };
  const SLOTS = ["question", "evidence", "state", "text", "below", "tools"];
  const state = {
    send: null, // set by Gradio's component: {ask, follow}
    waiting: [], // questions asked before Gradio was ready
    conversation: "",
    running: null, // {local, turn} of the answer that is being written in this tab
    replaces: "",
    opened: null, // {turn, ref, from} of the reader
    rating: null,
    follow: true, // the thread scrolls along
  };
  const share = () => document.body.dataset.share || "";
  const query = (more = {}) => new URLSearchParams({ lang: words.lang, ...more }).toString();

  // --- requests to our own server ----------------------------------------------------------------

  async function fetched(path, options) {
    let response;
    try {
      response = await fetch(path, { credentials: "same-origin", ...options });
    } catch {
      throw new Error(words.offline);
    }
    if (response.ok) return response;
    const kind = response.headers.get("content-type") || "";
    if (kind.includes("json")) throw new Error((await response.json()).detail || words.unexpected);
    throw new Error(response.status === 404 ? words.missing : words.unexpected);
  }
  const html = async (path) => (await fetched(path)).text();
  const call = (method, path, body) =>
    fetched(path, {
      method,
      ...(body ? { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) } : {}),
    });

  let fading;
  // Over an open dialog, and read out from it: what lies outside is out of reach meanwhile.
  function front() {
    ($$("dialog[open]").at(-1) || document.body).append($("#yj-toast"), $("#yj-live"));
  }
  function toast(text) {
    front();
    const box = $("#yj-toast");
    box.textContent = text;
    box.classList.add("yj-shown");
    clearTimeout(fading);
    fading = setTimeout(() => box.classList.remove("yj-shown"), 4500);
  }
  const attempt = (work) => Promise.resolve().then(work).catch((error) => toast(error.message || words.unexpected));
  function say(text) {
    front();
    $("#yj-live").textContent = text;
  }

  // --- the thread --------------------------------------------------------------------------------

  const thread = () => $("#yj-thread");
  const article = (turn) => (turn ? $(`.yj-turn[data-turn="${CSS.escape(turn)}"]`) : null);

  // Only what changed is replaced: marks keep the focus, folded parts stay as the reader left them.
  function put(slot, made) {
    if (slot.made === made) return;
    slot.made = made;
    const fresh = document.createElement("template");
    fresh.innerHTML = made;
    const now = [...slot.children];
    const next = [...fresh.content.children];
    next.forEach((node, at) => {
      if (!now[at]) slot.append(node);
      else if (now[at].outerHTML !== node.outerHTML) {
        const left = $(".yj-cards", now[at])?.scrollLeft || 0;
        now[at].replaceWith(node);
        if (left) $(".yj-cards", node).scrollLeft = left;
      }
    });
    now.slice(next.length).forEach((node) => node.remove());
  }

  function blank(turn, local) {
    const node = document.createElement("article");
    node.className = "yj-turn";
    node.dataset.turn = turn;
    node.dataset.local = local || "";
    for (const name of SLOTS) {
      const slot = document.createElement("div");
      slot.className = `yj-slot yj-${name}`;
      slot.dataset.slot = name;
      node.append(slot);
    }
    return node;
  }

  function own(question, local) {
    const node = blank("", local);
    node.dataset.status = "writing";
    const asked = document.createElement("h2");
    asked.className = "yj-asked";
    asked.textContent = question;
    const box = document.createElement("div");
    box.className = "yj-ask";
    box.append(asked);
    const busy = document.createElement("p");
    busy.className = "yj-busy";
    busy.textContent = words.searching;
    $('[data-slot="question"]', node).append(box);
    $('[data-slot="state"]', node).append(busy);
    return node;
  }

  function receive(message) {
    if (!message || (!message.turn && !message.local)) return;
    const waits = message.local ? $(`.yj-turn[data-local="${CSS.escape(message.local)}"]`) : null;
    if (message.problem) return refused(message, waits);
    if (!waits && message.conversation !== state.conversation) return; // of a conversation that was left
    let node = article(message.turn) || waits;
    if (!node) {
      node = blank(message.turn);
      thread().append(node);
    }
    const first = !node.dataset.turn;
    const before = node.dataset.status;
    node.dataset.turn = message.turn;
    node.dataset.status = message.status;
    node.dataset.number = message.number;
    for (const name of SLOTS) put($(`[data-slot="${name}"]`, node), message.slots[name]);
    if (first) begun(message, node);
    if (message.found && !node.dataset.told) {
      node.dataset.told = "1";
      say($(".yj-evidence", node)?.getAttribute("aria-label") || "");
    }
    if (message.status !== "writing" && (before === "writing" || first)) ended(message, node, first || state.follow);
    else along(first);
  }

  function begun(message, node) {
    if (state.running && state.running.local === node.dataset.local) state.running.turn = message.turn;
    if (message.conversation !== state.conversation) opened(message.conversation);
    // Somebody asked in another tab meanwhile: what is missing between comes from the store.
    const numbers = $$(".yj-turn[data-number]").map((n) => +n.dataset.number);
    if (Math.max(...numbers) > numbers.length) attempt(refresh);
  }

  function ended(message, node, follows) {
    if (state.running && (state.running.turn === message.turn || state.running.local === node.dataset.local)) {
      state.running = null;
      busy(false);
    }
    if (message.say) say(message.say.replace(/\[\d+\]/g, ""));
    settle(node, follows);
    attempt(() => whole().then(() => settle(node, follows)));
  }

  function refused(message, waits) {
    const question = waits ? $(".yj-asked", waits).textContent : "";
    if (waits) waits.remove();
    if (state.running && (!message.local || state.running.local === message.local)) {
      state.running = null;
      busy(false);
    }
    toast(message.problem);
    say(message.problem);
    if (question && !box().value) {
      box().value = question;
      grow();
    }
    greet();
  }

  // The list of turns as the store has it, put beside what stands here.
  async function refresh() {
    if (!state.conversation) return;
    const fresh = document.createElement("template");
    fresh.innerHTML = await html(`/page/conversations/${encodeURIComponent(state.conversation)}?${query()}`);
    const turns = $$(".yj-turn", fresh.content);
    const ids = new Set(turns.map((node) => node.dataset.turn));
    $$(".yj-turn", thread()).forEach((node) => {
      if (node.dataset.turn && !ids.has(node.dataset.turn)) node.remove();
    });
    let at = null;
    for (const node of turns) {
      const here = article(node.dataset.turn);
      const place = here || node;
      if (at ? at.nextElementSibling !== place : thread().firstElementChild !== place) {
        at ? at.after(place) : thread().prepend(place);
      }
      if (!here && node.dataset.status === "writing") state.send?.follow({ turn: node.dataset.turn });
      else if (here && here.dataset.status === "writing" && node.dataset.status !== "writing") here.replaceWith(node);
      at = article(node.dataset.turn);
    }
    greet();
  }

  async function whole() {
    $(".yj-whole", thread())?.remove();
    if (!state.conversation || share()) return;
    const made = await html(`/page/whole/${encodeURIComponent(state.conversation)}?${query()}`);
    $(".yj-whole", thread())?.remove();
    thread().insertAdjacentHTML("beforeend", made);
  }

  function opened(id) {
    state.conversation = id;
    const url = new URL(location.href);
    if (id) url.searchParams.set("c", id);
    else url.searchParams.delete("c");
    if (url.href !== location.href) history.replaceState(null, "", url);
    $$('[data-act="language"]').forEach((link) => {
      link.search = id ? `?c=${encodeURIComponent(id)}` : "";
    });
  }

  async function open(id) {
    window.youju.closeReader(false);
    state.running = null;
    busy(false);
    unedit();
    thread().replaceChildren();
    opened(id);
    if (id) {
      let made = "";
      try {
        made = await html(`/page/conversations/${encodeURIComponent(id)}?${query()}`);
      } catch (error) {
        opened("");
        greet();
        throw error;
      }
      const fresh = document.createElement("template");
      fresh.innerHTML = made;
      thread().replaceChildren(...$$(".yj-turn", fresh.content), ...$$(".yj-whole", fresh.content));
      const last = $$(".yj-turn", thread()).at(-1);
      if (last && last.dataset.status === "writing") {
        state.running = { local: "", turn: last.dataset.turn };
        busy(true);
        state.send?.follow({ turn: last.dataset.turn });
      }
      last?.scrollIntoView({ block: "start" });
      if (last) choose(JSON.parse($(".yj-asked", last).dataset.scope || "{}"));
    }
    greet();
  }

  function greet() {
    const empty = !$(".yj-turn");
    const hello = $("#yj-hello");
    if (hello) hello.hidden = !empty;
    $("#yj-app").classList.toggle("yj-empty-chat", empty);
    if (box()) box().placeholder = empty ? words.ask_hint : words.ask_more;
  }

  function along(force) {
    const scroll = $("#yj-scroll");
    if (force) state.follow = true;
    if (state.follow && state.running) scroll.scrollTop = scroll.scrollHeight;
  }

  // A whole answer stands in sight: to its end, or from its beginning when it is longer than the screen.
  function settle(node, follows) {
    if (!follows) return;
    const scroll = $("#yj-scroll");
    const begins = $('[data-slot="state"]', node).getBoundingClientRect().top - scroll.getBoundingClientRect().top - 12;
    const ends = scroll.scrollHeight - scroll.clientHeight;
    scroll.scrollTop = Math.max(Math.min(scroll.scrollTop, ends), Math.min(ends, scroll.scrollTop + begins));
  }

  // --- asking ------------------------------------------------------------------------------------

  const box = () => $("#yj-q");
  function grow() {
    const area = box();
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, 168)}px`;
  }

  function busy(on) {
    $("#yj-composer")?.classList.toggle("yj-writing", on);
    const stop = $('[data-act="stop"]');
    if (!stop) return;
    stop.hidden = !on;
    $("#yj-send").hidden = on;
  }

  function chosen() {
    const found = {};
    $$("#yj-filters input:checked").forEach((input) => {
      (found[input.name] ||= []).push(input.name === "years" ? +input.value : input.value);
    });
    return found;
  }

  // What the last question was limited to stays chosen when its conversation is opened again.
  function choose(scope) {
    $$("#yj-filters input").forEach((input) => (input.checked = (scope[input.name] || []).map(String).includes(input.value)));
    countFilters();
  }

  function ask(question, replaces = "") {
    question = question.trim();
    if (!question) {
      box().focus();
      return;
    }
    if (state.running) return;
    const local = crypto.getRandomValues(new Uint32Array(2)).join("-");
    const from = article(replaces);
    if (from) {
      while (from.nextElementSibling) from.nextElementSibling.remove();
      from.remove();
    }
    $(".yj-whole", thread())?.remove();
    thread().append(own(question, local));
    state.running = { local, turn: "" };
    busy(true);
    unedit();
    greet();
    along(true);
    say(words.searching);
    const message = { question, local, replaces, conversation: state.conversation, filters: chosen() };
    if (state.send) state.send.ask(message);
    else state.waiting.push(message);
  }

  function submit() {
    const question = box().value;
    if (!question.trim() || state.running) return;
    const replaces = state.replaces;
    box().value = "";
    grow();
    toggleFilters(false);
    ask(question, replaces);
  }

  function unedit() {
    state.replaces = "";
    if ($("#yj-banner")) $("#yj-banner").hidden = true;
  }

  function toggleFilters(on) {
    const panel = $("#yj-filters");
    if (!panel) return;
    panel.hidden = on === undefined ? !panel.hidden : !on;
    $('.yj-box-row [data-act="filters"]').setAttribute("aria-expanded", String(!panel.hidden));
  }

  function countFilters() {
    const count = $$("#yj-filters input:checked").length;
    const button = $('.yj-box-row [data-act="filters"]');
    $("span", button).textContent = count ? words.filters_some.replace("{count}", count) : words.filters;
    button.classList.toggle("yj-on", count > 0);
  }

  window.youju = {
    $, $$, words, state, share, query, html, call, toast, attempt, say, article, receive, refresh, opened, open, greet, along,
    box, grow, busy, ask, submit, unedit, toggleFilters, countFilters,
  };
})();
