// What htmx doesn't do: live parts, the dialog, times in the reader's zone, selection. No page needs it to work.
'use strict';

const now = () => Date.now();
const $ = id => document.getElementById(id);

// --- Times -----------------------------------------------------------------------------------------------------

const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });

function ago(ms) {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 5) return 'just now';
  if (s < 60) return `${s} s ago`;
  if (s < 3600) return `${Math.floor(s / 60)} min ago`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ago`;
  return `${Math.floor(s / 86400)} d ago`;
}

function showTimes(root = document) {
  for (const time of root.querySelectorAll('time[datetime]')) {
    const at = new Date(time.dateTime);
    const shown = time.dataset.show === 'ago' ? ago(now() - at) : time.dataset.show === 'clock' ? clock.format(at) : full.format(at);
    if (time.textContent !== shown) time.textContent = shown;
    if (!time.title) time.title = full.format(at);
  }
}

// --- Live parts ------------------------------------------------------------------------------------------------
// An element with data-live names a stream of patches: {target, html}. Streams are closed while nobody looks: a browser
// has only six connections to a host.

let live = null;

function openLive() {
  closeLive();
  const root = document.querySelector('[data-live]');
  if (!root || document.hidden) return;
  const url = new URL(root.dataset.live, location.href);
  if (root.dataset.after) url.searchParams.set('after', root.dataset.after);
  live = new EventSource(url);
  live.onopen = () => { $('lost').hidden = true; };
  live.onerror = () => {
    $('lost').hidden = false;
    // Closed for good (signed out, or the appliance is being restarted): ask again in a while.
    if (live && live.readyState === EventSource.CLOSED) setTimeout(openLive, 5000);
  };
  live.addEventListener('replace', e => patch(JSON.parse(e.data), replace));
  live.addEventListener('prepend', e => {
    root.dataset.after = e.lastEventId;
    patch(JSON.parse(e.data), prepend);
  });
}

function closeLive() {
  if (live) live.close();
  live = null;
}

function patch({ target, html }, how) {
  const element = $(target);
  if (!element) return;
  how(element, html);
  showTimes(element);
  showPicked();
}

function replace(element, html) {
  const focused = element.contains(document.activeElement) ? document.activeElement.id : null;
  const checked = new Set([...element.querySelectorAll('input[type=checkbox]:checked')].map(box => box.id));
  element.innerHTML = html;
  for (const box of element.querySelectorAll('input[type=checkbox]')) box.checked = checked.has(box.id);
  if (focused && $(focused)) $(focused).focus({ preventScroll: true });
  if (window.htmx) htmx.process(element);
}

function prepend(element, html) {
  const holder = document.createElement('template');
  holder.innerHTML = html;
  for (const child of [...holder.content.children]) {
    if (child.id && $(child.id)) continue;
    child.classList.add('fresh');
    element.prepend(child);
  }
}

// --- Dialog ----------------------------------------------------------------------------------------------------

document.addEventListener('htmx:afterSwap', e => {
  showTimes(e.target);
  if (e.target.id === 'dialog-body' && !$('dialog').open) {
    $('dialog').showModal();
    $('dialog').querySelector('[autofocus]')?.focus();
  }
  if (e.target.id === 'list') openLive();
  if (e.target.id === 'notice') e.target.scrollIntoView({ block: 'nearest' });
  if (e.target.id === 'dialog-notice' && e.target.textContent.trim()) e.target.scrollIntoView({ block: 'nearest' });
});
document.addEventListener('dialog-close', () => $('dialog')?.close());
document.addEventListener('htmx:sendError', () => { $('lost').hidden = false; });

document.addEventListener('click', e => {
  const close = e.target.closest('[data-close]');
  if (close && close.closest('dialog')) {
    e.preventDefault();
    $('dialog').close();
  }
  const copy = e.target.closest('[data-copy]');
  if (copy) {
    const text = $(copy.dataset.copy).textContent;
    (navigator.clipboard ? navigator.clipboard.writeText(text) : Promise.reject()).then(
      () => { copy.textContent = 'Copied'; },
      () => getSelection().selectAllChildren($(copy.dataset.copy)));
  }
  if (e.target.id === 'dialog') $('dialog').close();
});

// --- Selection in the list -------------------------------------------------------------------------------------

let lastPick = null;

function boxes() {
  return [...document.querySelectorAll('#machines input[name=id]')];
}

function showPicked() {
  const all = boxes(), picked = all.filter(box => box.checked).length, bulk = $('bulk');
  if (!bulk) return;
  const text = picked ? `${picked} selected` : 'None selected';
  if ($('picked').textContent !== text) $('picked').textContent = text;
  bulk.classList.toggle('some', picked > 0);
  for (const button of bulk.querySelectorAll('button')) button.disabled = picked === 0;
  const every = $('pick-all');
  if (every) {
    every.checked = picked > 0 && picked === all.length;
    every.indeterminate = picked > 0 && picked < all.length;
  }
}

document.addEventListener('click', e => {
  if (e.target.id === 'pick-all') boxes().forEach(box => { box.checked = e.target.checked; });
  if (e.target.name === 'id' && e.shiftKey && lastPick) {
    const all = boxes(), from = all.findIndex(b => b.id === lastPick), to = all.indexOf(e.target);
    if (from >= 0) all.slice(Math.min(from, to), Math.max(from, to) + 1).forEach(box => { box.checked = e.target.checked; });
  }
  if (e.target.name === 'id') lastPick = e.target.id;
  showPicked();
});

document.addEventListener('keydown', e => {
  if (e.key === '/' && !e.target.closest('input, textarea, select, dialog') && $('q')) {
    e.preventDefault();
    $('q').focus();
  }
});

document.addEventListener('visibilitychange', openLive);
addEventListener('pagehide', closeLive);
addEventListener('pageshow', e => { if (e.persisted) openLive(); });
setInterval(() => showTimes(), 5000);
showTimes();
showPicked();
openLive();
