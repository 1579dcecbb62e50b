// Puts older entries of a time line below those that are shown, so that what was chosen above them stays chosen.
// Without this script the same button leads to a page of the older entries.

async function showOlder(link) {
  const answer = await fetch(link.href, { headers: { 'X-Part': 'older' } })
  if (!answer.ok || answer.redirected) {
    location.assign(link.href)
    return
  }
  const told = document.createElement('template')
  told.innerHTML = await answer.text()
  const entries = [...told.content.querySelectorAll('.timeline > li')]
  link.closest('.dated').querySelector('.timeline').append(...entries)
  link.closest('.older').replaceWith(...told.content.querySelectorAll('.older'))
  const first = entries.find((entry) => entry.checkVisibility())
  if (!first) return
  first.tabIndex = -1
  first.focus()
}

document.addEventListener('click', async (event) => {
  const link = event.target.closest('[data-older]')
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  if (link.ariaBusy === 'true') return
  link.ariaBusy = 'true'
  try {
    await showOlder(link)
  } catch {
    location.assign(link.href)
  }
})
