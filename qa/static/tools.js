// Buttons, keys, dialogs, dark and light; the start of the page; where Gradio comes in.
(() => {
  "use strict";
  const {
    $, $$, words, state, share, query, html, call, toast, attempt, article, refresh, open, greet, box, grow, ask, submit, unedit,
    toggleFilters, countFilters, openMark, openClause, closeReader, toTarget, step, drawerActs, drawer, nameRow,
  } = window.youju;

  async function copy(text, told) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      area.className = "yj-sr";
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      if (!done) {
        toast(words.copy_failed);
        return;
      }
    }
    toast(told);
  }

  async function rate(turn, rating, reason) {
    await call("POST", "/api/feedback", { answer: turn, rating, ...(reason ? { reason } : {}) });
    const node = article(turn);
    if (node) {
      $$('[data-act="up"], [data-act="down"]', node).forEach((b) =>
        b.setAttribute("aria-pressed", String(b.dataset.act === rating)),
      );
    }
    toast(words.thanks);
  }

  function dark() {
    const now = document.documentElement.classList.contains("dark");
    localStorage.setItem("youju-theme", now ? "light" : "dark");
    theme();
  }
  function theme() {
    const kept = localStorage.getItem("youju-theme");
    const on = kept ? kept === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    document.documentElement.classList.toggle("dark", on);
    document.documentElement.style.colorScheme = on ? "dark" : "light";
    document.body?.classList.toggle("dark", on);
    const button = $('[data-act="dark"]');
    if (button) button.setAttribute("aria-pressed", String(on));
  }

  const question = (node) => $(".yj-asked", node).lastChild.textContent;
  const tab = () => {
    const button = $('#yj-tabs [role="tab"]');
    if (button && button.getAttribute("aria-selected") !== "true") button.click();
  };

  const acts = {
    open: (b) => openMark(b),
    why: (b) => {
      const on = b.getAttribute("aria-expanded") !== "true";
      b.setAttribute("aria-expanded", String(on));
      b.closest(".yj-s").nextElementSibling.hidden = !on;
    },
    example: (b) => ask(b.dataset.question),
    tell: (b) => ask(b.dataset.question),
    reply: (b) => {
      box().value = `${b.dataset.question}（`;
      grow();
      box().focus();
      box().setSelectionRange(box().value.length, box().value.length);
    },
    stop: () => state.running?.turn && call("POST", `/api/turns/${encodeURIComponent(state.running.turn)}/stop`),
    again: (b) => {
      const node = b.closest(".yj-turn");
      ask(question(node), node.dataset.turn);
    },
    edit: (b) => {
      const node = b.closest(".yj-turn");
      state.replaces = node.dataset.turn;
      $("#yj-banner").hidden = false;
      $("#yj-banner span").textContent = words.editing;
      box().value = question(node);
      grow();
      box().focus();
    },
    unedit: () => {
      unedit();
      box().value = "";
      grow();
      box().focus();
    },
    copy: (b) => copy($(".yj-plain", b.closest(".yj-turn")).textContent, words.copied),
    up: (b) => rate(b.closest(".yj-turn").dataset.turn, "up"),
    down: (b) => {
      state.rating = { turn: b.closest(".yj-turn").dataset.turn };
      $("#yj-reason").value = "";
      $("#yj-down").showModal();
    },
    "down-send": async () => {
      await rate(state.rating.turn, "down", $("#yj-reason").value.trim());
      $("#yj-down").close();
    },
    share: async () => {
      const made = await (await call("POST", `/api/conversations/${encodeURIComponent(state.conversation)}/share`)).json();
      $("#yj-share-link").value = new URL(made.path, location.origin).href;
      $("#yj-share").showModal();
      $("#yj-share-link").select();
    },
    "share-copy": () => copy($("#yj-share-link").value, words.copied.split(/[，,]/)[0]),
    "share-stop": async () => {
      await call("DELETE", `/api/conversations/${encodeURIComponent(state.conversation)}/share`);
      $("#yj-share").close();
      toast(words.share_stopped);
    },
    "dialog-close": (b) => b.closest("dialog").close(),
    "reader-close": () => closeReader(),
    "reader-back": () => toTarget(),
    "reader-previous": () => step(-1),
    "reader-next": () => step(1),
    ...drawerActs,
    goto: async (b) => {
      tab();
      drawer(false);
      await open(b.dataset.conversation);
    },
    new: async () => {
      tab();
      await open("");
      box().focus();
    },
    dark,
    filters: () => toggleFilters(),
    "filters-clear": () => {
      $$("#yj-filters input:checked").forEach((input) => (input.checked = false));
      countFilters();
    },
  };

  // --- listening ---------------------------------------------------------------------------------

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-act], .yj-open");
    if (!button) {
      const card = event.target.closest?.(".yj-card");
      if (card && !getSelection().toString()) attempt(() => openMark($(".yj-card-open", card)));
      if (event.target.id === "yj-drawer") drawer(false); // beside the list
      const list = $(".yj-export[open]");
      if (list && !list.contains(event.target)) list.open = false;
      return;
    }
    if (button.matches(".yj-open")) {
      event.preventDefault();
      attempt(() => openClause(button));
      return;
    }
    if (button.dataset.act === "language") return;
    event.preventDefault();
    attempt(() => acts[button.dataset.act]?.(button));
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches(".yj-name")) {
      event.preventDefault();
      attempt(() => nameRow(event.target));
    }
    if (event.target.id !== "yj-composer") return;
    event.preventDefault();
    submit();
  });
  // An Enter that ends the choice of a character (pinyin) sends nothing, on any tab: Gradio's boxes do not look.
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.stopImmediatePropagation();
    },
    true,
  );
  document.addEventListener("keydown", (event) => {
    if (event.target.id === "yj-q" && event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
      event.preventDefault();
      submit();
    } else if (event.key === "Escape" && event.target.closest?.(".yj-name")) {
      event.preventDefault(); // the list stays open
      drawerActs["rename-cancel"](event.target);
    } else if (event.key === "Escape" && !$("dialog[open]")) {
      if (closeReader()) event.preventDefault();
      else if ($("#yj-filters") && !$("#yj-filters").hidden) {
        toggleFilters(false);
        $('.yj-box-row [data-act="filters"]').focus();
      }
    } else if (event.key === "ArrowRight" || event.key === "ArrowLeft") tabKeys(event);
  });
  // Gradio's tabs take no arrow keys; a list of tabs should.
  function tabKeys(event) {
    if (event.target.getAttribute?.("role") !== "tab") return;
    const all = $$('[role="tab"]', event.target.closest('[role="tablist"]'));
    const next = all[(all.indexOf(event.target) + (event.key === "ArrowRight" ? 1 : -1) + all.length) % all.length];
    next.focus();
    next.click();
  }
  document.addEventListener("input", (event) => {
    if (event.target.id === "yj-q") grow();
  });
  document.addEventListener("change", (event) => {
    if (event.target.closest?.("#yj-filters")) countFilters();
  });
  document.addEventListener("close", () => $("dialog[open]") || document.body.append($("#yj-toast"), $("#yj-live")), true);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && state.conversation && !state.running) attempt(refresh);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", theme);
  theme();

  // Gradio, which starts later, speaks the language that it is told the browser prefers: the one of this page.
  const tag = document.documentElement.lang;
  for (const [name, value] of [["language", tag], ["languages", [tag]]]) Object.defineProperty(navigator, name, { get: () => value });

  function start() {
    const said = $("#yj-words");
    Object.assign(words, JSON.parse(said.dataset.words), { lang: said.dataset.lang, tag: said.dataset.tag });
    theme();
    if (share()) return;
    $("#yj-scroll").addEventListener("scroll", (event) => {
      const at = event.target;
      state.follow = at.scrollHeight - at.scrollTop - at.clientHeight < 80;
    });
    countFilters();
    const asked = new URLSearchParams(location.search);
    if (asked.has("question")) box().value = asked.get("question").slice(0, 1000); // sent before this script was there
    grow(); // a browser may have kept what was typed before a refresh
    const id = asked.get("c") || "";
    if (id) attempt(() => open(id));
    else greet();
    if (!matchMedia("(pointer: coarse)").matches) box().focus();
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();


  // Gradio's first tab is there: it takes the chat in, with what was typed, and brings its questions from now on.
  function mounted(element, send) {
    const app = $("#yj-app");
    if (!app) return;
    const focus = document.activeElement;
    const typed = focus && app.contains(focus) ? focus : null;
    const top = $("#yj-scroll").scrollTop;
    const at = typed && "selectionStart" in typed ? [typed.selectionStart, typed.selectionEnd] : null;
    $(".yj-mount", element).append(app);
    $("#yj-early")?.remove();
    $("#yj-scroll").scrollTop = top;
    typed?.focus({ preventScroll: true });
    if (at) typed.setSelectionRange(...at);
    state.send = send;
    theme();
    document.body.classList.add("yj-ready");
    state.waiting.splice(0).forEach((message) => send.ask(message));
    if (state.running?.turn) send.follow({ turn: state.running.turn });
  }
  window.youju.mounted = mounted;
})();
