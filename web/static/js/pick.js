// One key picks: it presses the button that bears it, so that the form is posted as with the mouse. In a queue the keys
// are those of the current call; j and k go to the next and the previous one. While a call at the visitor's phone has keys
// of its own (data-pop-keys of <html>, see pop_frame.js), 1 to 9 and u are its, and css/linking.css dims ours.
const OFF = 'tallenne-keys-off'
const EDITABLE = 'input, select, textarea, [contenteditable]'

const hint = document.getElementById('pick-keys')
const items = [...document.querySelectorAll('[data-item]')]
let current = 0

// Single keys can be turned off by whoever speaks to his computer (WCAG 2.1.4); the browser remembers.
const isOn = () => localStorage.getItem(OFF) === null

function show() {
  const button = document.getElementById('pick-keys-switch')
  button.setAttribute('aria-checked', String(isOn()))
  button.querySelector('.state').textContent = isOn() ? button.dataset.on : button.dataset.off
  document.body.classList.toggle('keys-off', !isOn())
}

function goTo(index) {
  if (index < 0 || index >= items.length) return
  mark(index)
  items[index].focus({ preventScroll: true })
  items[index].scrollIntoView({ block: 'nearest' })
}

function mark(index) {
  items[current]?.removeAttribute('aria-current')
  current = index
  items[current]?.setAttribute('aria-current', 'true')
}

function press(key) {
  const bearing = `[data-key="${CSS.escape(key)}"]`
  const scope = items[current] ?? document
  const button = scope.querySelector(bearing) ?? document.querySelector(`${bearing}[data-anywhere]`)
  button?.form.requestSubmit(button)
  return button !== null
}

function act(key) {
  if (key === '?') {
    const text = document.getElementById('pick-keys-text')
    text.hidden = !text.hidden
    return true
  }
  if (items.length > 0 && (key === 'j' || key === 'k')) {
    goTo(current + (key === 'j' ? 1 : -1))
    return true
  }
  return press(key)
}

function onKey(event) {
  const { target } = event
  const isTheirs = target.closest?.(EDITABLE) || target.closest?.('#player') || document.querySelector('dialog[open]')
  if (!isOn() || isTheirs || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return
  if (act(event.key.toLowerCase())) event.preventDefault()
}

if (hint) {
  hint.hidden = false
  show()
  document.getElementById('pick-keys-switch').addEventListener('click', () => {
    if (isOn()) localStorage.setItem(OFF, '1')
    else localStorage.removeItem(OFF)
    show()
  })
  for (const [index, item] of items.entries()) item.addEventListener('focusin', () => mark(index))
  // After a decision was withdrawn the address names the call that waits again.
  const named = items.findIndex((item) => `#${item.id}` === location.hash)
  mark(Math.max(named, 0))
  if (named >= 0) goTo(named)
  document.addEventListener('keydown', onKey)
}
