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

  const keys = new Map(); // of texts that may be stored or not; the page's serves other tabs, too
  const unsaved = []; // texts that were typed in vain while the field had another one

  // One after the other: an answer must not be overtaken by an older one.
  let queue = Promise.resolve();
  function inTurn(waiting, work) {
    waiting?.setAttribute('aria-busy', 'true');
    queue = queue.then(work, work).finally(() => waiting?.removeAttribute('aria-busy'));
  }

  // say announces to screen readers; trouble is for everybody to see.
  function say(text, trouble = unsaved.length > 0) {
    if (unsaved.length) text += ` Not stored: “${unsaved.join('”, “')}”.`;
    said.className = trouble ? 'notice' : 'unseen';
    said.textContent = '';
    setTimeout(() => { said.textContent = text; }, 50); // the same text again is news too
  }

  const textOf = (id) => document.getElementById(id)?.textContent.trim() ?? '';

  // A list that is replaced while a button is pressed would lose the click.
  let released;
  addEventListener('pointerdown', () => {
    released = new Promise((resolve) => {
      addEventListener('pointerup', () => setTimeout(resolve), { once: true }); // after the click
      setTimeout(resolve, 2000); // it was released elsewhere
    });
  });

  // ask returns nothing if no answer comes, and no list if that is an error page.
  async function ask(url, options) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout?.(25000), ...options });
      const page = new DOMParser().parseFromString(await response.text(), 'text/html');
      await released;
      return { response, page, whole: page.getElementById('list') !== null };
    } catch {
      return {};
    }
  }

  // show puts the list of a page in the place of the present one. The form that
  // adds stays, with what is being typed in it and the phone's keyboard.
  function show(page, keepEditing) {
    const editing = keepEditing && list.querySelector('.editing');
    list.replaceChildren(...page.getElementById('list').childNodes);
    const header = document.querySelector('main > header');
    const news = page.querySelector('main > header');
    if (!header.isEqualNode(news)) header.replaceWith(news); // else the focus may stay in it
    document.title = page.title;

    const fresh = page.getElementById('add');
    add.action = fresh.getAttribute('action');
    add.querySelector('.refusal')?.remove();
    const reason = fresh.querySelector('.refusal');
    if (reason) add.append(reason);
    for (const [name, value] of [['aria-invalid', 'true'], ['aria-describedby', 'refusal']]) {
      if (reason) field.setAttribute(name, value);
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
    const at = document.activeElement === document.body ? null : document.activeElement;
    const row = at?.closest('li');
    const index = row ? [...row.parentElement.children].indexOf(row) : -1;
    return (wanted) => {
      const rows = list.querySelectorAll('li');
      const neighbour = rows[Math.min(index, rows.length - 1)]?.querySelector(`.${at.className || 'check'}`);
      const next = document.getElementById(wanted) ?? (at?.isConnected ? at : document.getElementById(at?.id)) ??
        neighbour ?? (row ? field : at && list);
      if (next && next !== document.activeElement) next.focus({ preventScroll: next === list });
      if (wanted === 'title' && next?.select) next.select();
    };
  }

  function refresh(quiet) {
    inTurn(quiet ? null : list, async () => {
      const { page, whole } = await ask(location.href);
      if (!whole) {
        if (!quiet) location.reload(); // the browser knows how to tell what is wrong
        return;
      }
      const focus = place();
      show(page, true);
      focus();
      if (!quiet) say(textOf('count'));
    });
  }

  // Filters and pages are places to come back to; an open form is none.
  function visited(url) {
    const [there, here] = [url, location].map((at) => ['show', 'before'].map((name) => new URL(at).searchParams.get(name)).join());
    history[there === here ? 'replaceState' : 'pushState'](null, '', url);
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
    const row = form.closest('li');
    if (typed !== null) {
      data.set('key', keys.get(typed) ?? crypto.getRandomValues(new Uint32Array(8)).join('-'));
      keys.delete(typed);
      field.value = ''; // the next one can be typed at once
    }
    const giveBack = () => {
      if (typed === null) return;
      keys.set(typed, data.get('key'));
      if (field.value === '') field.value = typed;
      else if (typed.trim() && typed !== field.value) unsaved.push(typed);
    };
    inTurn(row ?? event.submitter, async () => {
      const { response, page, whole } = await ask(url, { method: 'POST', body: data });
      if (!whole) {
        giveBack();
        const told = [...page?.querySelectorAll('h1, h1 + p') ?? []].map((element) => element.textContent).join('. ');
        say(told || 'The site does not answer. Please try again.', true);
        if (response?.status === 404) refresh(true);
        return;
      }
      const focus = place();
      show(page, !editing);
      if (response.redirected) {
        visited(response.url);
        field.value ||= unsaved.shift() ?? '';
      } else giveBack();
      focus(editing ? (response.redirected ? row.id.replace('item', 'edit') : 'title') : form === add ? 'todo' : undefined);
      const done = form === add ? 'Added.' : editing ? 'Saved.' : form.matches('.toast') ? 'Undone.' : textOf('notice');
      say(response.ok ? `${done} ${textOf('count')}`.trim() : ''); // a refusal speaks for itself
    });
  });

  document.addEventListener('click', (event) => {
    const target = event.target.closest('#list :is(a, button), #add button');
    if (!target || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const { href, id } = target;
    const again = event.detail > 1; // of a double click, meant for what was there before
    if (href || again) event.preventDefault();
    if (!href || again) return;
    const another = target.matches('#older, #newest');
    const wanted = another ? 'list' : target.matches('.edit') ? 'title'
      : id === 'cancel' ? target.closest('li').id.replace('item', 'edit') : undefined;
    inTurn(list, async () => {
      const { page, whole } = await ask(href);
      if (!whole) {
        location.href = href;
        return;
      }
      const focus = place();
      show(page, false);
      visited(href);
      focus(wanted);
      if (another) list.scrollIntoView(); // it is read from its top
      if (another || !wanted) say(textOf('count'));
    });
  });

  list.addEventListener('dblclick', (event) => {
    event.target.closest('.title')?.parentElement.querySelector('.edit')?.click();
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && event.target.id === 'title') document.getElementById('cancel').click();
    // A key that is held down is like a double click, again and again.
    if (event.key === 'Enter' && event.repeat) event.preventDefault();
  });
  addEventListener('popstate', () => refresh());
  // Whoever comes back sees what has changed.
  addEventListener('pageshow', (event) => { if (event.persisted) refresh(true); });
  document.addEventListener('visibilitychange', () => { if (!document.hidden) refresh(true); });
})();
