// Shows a protected field in its place, for the purpose that was chosen. It is never in an address or in the page's
// history: what the server tells is put into the page that is open, and taken away when that is left.
const token = document.querySelector('meta[name="csrf-token"]').content

function showError(form, text) {
  const told = form.querySelector('[role="alert"]')
  told.querySelector('span').textContent = text
  told.hidden = false
}

async function reveal(form, place) {
  const answer = await fetch(form.action, {
    method: 'POST',
    body: new FormData(form),
    headers: { 'X-CSRFToken': token, 'X-Part': 'revealed' },
  })
  if (!answer.ok || answer.redirected) {
    const words = answer.status === 429 ? form.dataset.tooMany : form.dataset.failed
    showError(form, answer.redirected || answer.status === 401 ? form.dataset.loggedOut : words)
    return
  }
  const masked = [...place.childNodes]
  const hide = () => {
    if (!place.classList.contains('revealed')) return
    place.classList.remove('revealed')
    place.replaceChildren(...masked)
    place.querySelector('details').open = false
  }
  place.innerHTML = await answer.text()
  place.classList.add('revealed')
  const button = place.querySelector('[data-hide]')
  button.hidden = false
  button.addEventListener('click', () => {
    hide()
    place.querySelector('summary').focus()
  })
  place.focus()
  // A page that the browser keeps for its back button must not keep what it showed.
  window.addEventListener('pagehide', hide, { once: true })
}

for (const form of document.querySelectorAll('.reveal form')) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (form.ariaBusy === 'true') return
    form.ariaBusy = 'true'
    try {
      await reveal(form, form.closest('.protected'))
    } catch {
      showError(form, form.dataset.failed)
    } finally {
      form.ariaBusy = 'false'
    }
  })
}
