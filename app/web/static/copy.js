// Links to be copied with one press. Without this file they are selected and copied
// as any text.
'use strict';

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
