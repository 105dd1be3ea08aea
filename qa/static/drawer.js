// The list of earlier conversations: opened over the page, more of it on demand; titles are written in their row.
(() => {
  "use strict";
  const { $, $$, words, state, query, html, call, toast, say, open } = window.youju;
  const panel = () => $("#yj-drawer");
  const list = () => $("#yj-list");
  const path = (id) => `/api/conversations/${encodeURIComponent(id)}`;

  function drawer(on) {
    if (on === panel().open) return;
    if (on) panel().showModal(); // keeps the focus inside, Escape closes it, and the focus goes back to its button
    else panel().close();
  }

  async function fill() {
    list().innerHTML = await html(`/page/conversations?${query({ opened: state.conversation })}`);
  }

  async function older(button) {
    const fresh = document.createElement("template");
    fresh.innerHTML = await html(
      `/page/conversations?${query({ opened: state.conversation, before: button.dataset.before })}`,
    );
    const rows = $$(".yj-row", fresh.content);
    const more = $(".yj-older", fresh.content);
    $("ul", list()).append(...rows);
    button.closest(".yj-older").remove();
    if (more) list().append(more);
    say(words.history_added.replace("{count}", rows.length));
    $("a", rows[0] || list())?.focus();
  }

  // The row's link and buttons give way to a box with its title, and come back.
  function naming(row, on) {
    $$("a, .yj-tool[data-act='rename'], .yj-tool[data-act='delete']", row).forEach((node) => (node.hidden = on));
    const form = $(".yj-name", row);
    form.hidden = !on;
    const box = $("input", form);
    box.value = box.defaultValue;
    if (on) box.select();
    else $('[data-act="rename"]', row).focus();
  }

  async function nameRow(form) {
    const title = $("input", form).value.trim();
    const { conversation } = form.dataset;
    if (!title) return;
    await call("PATCH", path(conversation), { title });
    await fill();
    $(`[data-act="rename"][data-conversation="${CSS.escape(conversation)}"]`)?.focus();
  }

  let doomed = "";
  const drawerActs = {
    history: async () => {
      list().replaceChildren();
      drawer(true);
      await fill();
      ($("a", list()) || $('[data-act="drawer-close"]')).focus();
    },
    "drawer-close": () => drawer(false),
    older,
    rename: (button) => naming(button.closest(".yj-row"), true),
    "rename-cancel": (button) => naming(button.closest(".yj-row"), false),
    delete: (button) => {
      doomed = button.dataset.conversation;
      $("#yj-delete-what").textContent = button.dataset.title;
      $("#yj-delete").showModal();
    },
    "delete-sure": async () => {
      await call("DELETE", path(doomed));
      $("#yj-delete").close();
      const row = $(`.yj-row:has([data-conversation="${CSS.escape(doomed)}"])`, list());
      const next = row.nextElementSibling || row.previousElementSibling;
      row.remove();
      if (!next) await fill();
      if (doomed === state.conversation) await open("");
      toast(words.deleted);
      ($("a", next || list()) || $('[data-act="drawer-close"]')).focus();
    },
  };

  Object.assign(window.youju, { drawer, drawerActs, nameRow });
})();
