// Sends the forms and follows the links of a list without loading the page
// anew. The server answers with the same pages as ever; the list is taken out of
// them. Without this file everything works as well.
'use strict';

(() => {
  const list = document.getElementById('list');
  if (!list) return;
  const add = document.getElementById('add');
  const field = document.getElementById('todo');
  const said = document.getElementById('said');
  list.tabIndex = -1; // so that the focus can go there when its place is gone

  // One after the other: an answer must not be overtaken by an older one.
  let queue = Promise.resolve();
  const inTurn = (work) => { queue = queue.then(work, work); };

  // say announces to screen readers; trouble is for everybody to see.
  function say(text, trouble = false) {
    said.className = trouble ? 'notice' : 'unseen';
    said.textContent = '';
    setTimeout(() => { said.textContent = text; }, 50); // the same text again is news too
  }

  const keys = new Map(); // of texts that may be stored or not; the page's serves other tabs, too

  const textOf = (id) => document.getElementById(id)?.textContent.trim() ?? '';

  async function ask(url, options) {
    const response = await fetch(url, { signal: AbortSignal.timeout?.(25000), ...options });
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    return { response, page, whole: page.getElementById('list') !== null };
  }

  // show puts the list of a page in the place of the present one. The form that
  // adds stays, with what is being typed in it and the phone's keyboard.
  function show(page, keepEditing) {
    const editing = keepEditing && list.querySelector('.editing');
    list.replaceChildren(...page.getElementById('list').childNodes);
    document.querySelector('main > header').replaceWith(page.querySelector('main > header'));
    document.title = page.title;

    const fresh = page.getElementById('add');
    add.action = fresh.getAttribute('action');
    add.querySelector('.refusal')?.remove();
    const reason = fresh.querySelector('.refusal');
    if (reason) add.append(reason);
    for (const name of ['aria-invalid', 'aria-describedby']) {
      if (reason) field.setAttribute(name, name === 'aria-invalid' ? 'true' : 'refusal');
      else field.removeAttribute(name);
    }
    if (!editing) return;
    const stored = editing.querySelector('bdi'); // the name of the other buttons
    const title = document.getElementById(stored.id);
    if (title?.matches('.title')) {
      stored.textContent = title.textContent;
      title.nextElementSibling.remove(); // the link to the form that is open
      title.replaceWith(editing);
    }
  }

  // place remembers where the focus is, also for when that row is gone.
  function place() {
    const at = document.activeElement;
    const row = at?.closest('li');
    const index = row ? [...row.parentElement.children].indexOf(row) : -1;
    return (wanted) => {
      const rows = list.querySelectorAll('li');
      const neighbour = rows[Math.min(index, rows.length - 1)]?.querySelector(`.${at.className || 'check'}`);
      const next = document.getElementById(wanted) ?? (at?.isConnected && at !== document.body ? at : null) ??
        (at?.id ? document.getElementById(at.id) : null) ?? neighbour ?? (index >= 0 ? field : at === document.body ? null : list);
      if (next && next !== document.activeElement) next.focus();
      if (wanted === 'title' && next?.select) next.select();
    };
  }

  function refresh(quiet) {
    inTurn(async () => {
      const { page, whole } = await ask(location.href);
      if (!whole) return;
      const focus = place();
      show(page, true);
      focus();
      if (!quiet) say(textOf('count'));
    });
  }

  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form !== add && !list.contains(form)) return;
    event.preventDefault();
    const data = new URLSearchParams(new FormData(form));
    if (event.submitter?.name) data.append(event.submitter.name, event.submitter.value);
    const url = form.getAttribute('action');
    const typed = form === add ? field.value : null;
    const editing = form.matches('.editing');
    const row = form.closest('li')?.id.slice('item-'.length);
    if (typed !== null) {
      data.set('key', keys.get(typed) ?? crypto.getRandomValues(new Uint32Array(8)).join('-'));
      keys.delete(typed);
      field.value = ''; // the next one can be typed at once
    }
    inTurn(async () => {
      const giveBack = () => {
        if (typed !== null) keys.set(typed, data.get('key'));
        field.value ||= typed ?? '';
      };
      let answer;
      try {
        answer = await ask(url, { method: 'POST', body: data });
      } catch {
        giveBack();
        say('The site does not answer. Please try again.', true);
        return;
      }
      const { response, page, whole } = answer;
      if (!whole) {
        giveBack();
        say(`${page.querySelector('h1')?.textContent ?? 'Something went wrong'}. ${page.querySelector('h1 + p')?.textContent ?? ''}`, true);
        if (response.status === 404) refresh(true);
        return;
      }
      const focus = place();
      show(page, !editing);
      if (response.redirected) history.replaceState(null, '', response.url);
      else giveBack();
      focus(editing ? (response.redirected ? `edit-${row}` : 'title') : form === add ? 'todo' : undefined);
      if (response.ok) say([textOf('notice'), textOf('count')].filter(Boolean).join(' '));
    });
  });

  const part = (url) => ['show', 'before'].map((name) => new URL(url, location).searchParams.get(name) ?? '').join(' ');

  document.addEventListener('click', (event) => {
    const link = event.target.closest('#list a');
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const url = link.href;
    const wanted = link.matches('.edit') ? 'title'
      : link.id === 'cancel' ? `edit-${link.closest('li').id.slice('item-'.length)}` : undefined;
    inTurn(async () => {
      try {
        const { page, whole } = await ask(url);
        if (!whole) throw new Error('no list');
        const focus = place();
        show(page, false);
        // Filters and pages are places to come back to; an open form is none.
        history[part(url) === part(location) ? 'replaceState' : 'pushState'](null, '', url);
        focus(wanted);
        if (!wanted) say(textOf('count'));
      } catch {
        location.href = url; // the browser knows how to tell what is wrong
      }
    });
  });

  list.addEventListener('dblclick', (event) => {
    event.target.closest('.title')?.parentElement.querySelector('.edit')?.click();
  });
  list.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && event.target.id === 'title') document.getElementById('cancel').click();
  });
  addEventListener('popstate', () => refresh());
  // A page that comes back as it was left shows what may have changed.
  addEventListener('pageshow', (event) => { if (event.persisted) refresh(true); });
})();

// Links to be copied with one press. Elsewhere than on this page there are none,
// and without a script they are selected and copied as any text.
for (const button of document.querySelectorAll('.copy')) {
  const link = button.previousElementSibling;
  link.addEventListener('focus', () => link.select());
  button.hidden = !navigator.clipboard; // not there without TLS
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(link.value);
      for (const other of document.querySelectorAll('.copy')) other.firstChild.data = other === button ? 'Copied' : 'Copy';
      document.getElementById('said').textContent = `Copied${button.lastElementChild.textContent}`;
    } catch {
      link.focus(); // selected, for the keyboard or the phone's own menu
    }
  });
}
