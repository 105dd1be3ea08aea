// 找扶持, 读原文, 评测: scrolling to a clause, copying its link, opening the tab that a link leads to.
(() => {
  'use strict';

  const goTo = (id, focus) => {
    const target = id && document.getElementById(id);
    if (!target) return;
    target.scrollIntoView({block: 'start', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth'});
    if (focus) target.focus({preventScroll: true});
  };

  const show = (node, list) => {
    const [at, frame] = [node.getBoundingClientRect(), list.getBoundingClientRect()];
    if (at.top < frame.top || at.bottom > frame.bottom) list.scrollTop += at.top - frame.top - frame.height / 3;
  };

  // New HTML: a document opened at a clause scrolls there, and the address bar names it.
  window.addEventListener('yt-shown', (event) => {
    // The document that is open stands in sight in the list, without moving the page.
    const open = event.detail.id === 'yt-documents' && event.detail.querySelector('[aria-current]');
    if (open) requestAnimationFrame(() => show(open, event.detail));
    const text = event.detail.querySelector('.yt-text');
    if (!text) return;
    const id = text.dataset.scroll;
    const target = id && document.getElementById(id);
    requestAnimationFrame(() => (target ? goTo(id, true) : text.scrollIntoView({block: 'nearest'})));
    const link = target ? target.querySelector('.yt-link') : text.querySelector('.yt-link');
    if (link) {
      const address = new URL(link.href);
      if (!target) address.searchParams.delete('clause');
      history.replaceState(history.state, '', address);
    }
  });

  document.addEventListener('click', (event) => {
    const link = event.target.closest('.yt-link');
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      history.replaceState(history.state, '', link.href);
      if (navigator.clipboard) {
        navigator.clipboard.writeText(link.href).then(() => {
          link.classList.add('yt-copied');
          setTimeout(() => link.classList.remove('yt-copied'), 1500);
        }, () => {});
      }
      return;
    }
    const line = event.target.closest('[data-goto]');
    if (line) {
      if (line.tagName === 'A') event.preventDefault();
      goTo(line.dataset.goto, line.tagName === 'A');
      return;
    }
    const jump = event.target.closest('.yt-counts a');
    if (jump) {
      event.preventDefault();
      goTo(jump.hash.slice(1), true);
    }
  });

  // A link to a document opens the tab that shows it, as soon as the page stands.
  const wanted = new URLSearchParams(location.search);
  if (wanted.has('doc')) {
    const until = Date.now() + 20000;
    const open = () => {
      const tab = document.querySelector('[role="tab"][data-tab-id="read"]');
      if (tab) tab.click();
      else if (Date.now() < until) setTimeout(open, 60);
    };
    open();
  }
})();
