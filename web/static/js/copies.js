// While a copy is made its list is fetched again, until nothing is under way any more.
const EVERY_MS = 2000

const list = document.getElementById('copy-list')

async function refresh() {
  if (!list.querySelector('[data-under-way]')) return
  try {
    const answer = await fetch(list.dataset.address)
    if (answer.redirected || answer.status === 401) return
    // Whoever is on a button of the list keeps it: only a list that says something else is put in.
    const text = answer.ok ? await answer.text() : ''
    if (text && text !== list.dataset.shown) {
      list.innerHTML = text
      list.dataset.shown = text
    }
  } catch {
    // the next time
  }
  setTimeout(refresh, EVERY_MS)
}

setTimeout(refresh, EVERY_MS)
