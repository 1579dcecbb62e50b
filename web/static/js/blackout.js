// Words that are chosen in a text of a copy go into the field that blacks them out.

function chosenIn(text) {
  const chosen = document.getSelection()
  const inside = chosen && text.contains(chosen.anchorNode) && text.contains(chosen.focusNode)
  return inside && !chosen.isCollapsed ? chosen.toString().trim() : ''
}

for (const text of document.querySelectorAll('[data-copy-text]')) {
  const at = text.dataset.copyText
  const take = () => {
    const words = chosenIn(text)
    const field = document.getElementById(`w-${at}`)
    if (!words || !field) return
    document.getElementById(`d-${at}`).open = true
    field.value = words
  }
  text.addEventListener('pointerup', take)
  text.addEventListener('keyup', take)
}
