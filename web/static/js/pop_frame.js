// How the calls at the visitor's phone stand on a page: open, or folded to a bar; and whose single keys are lit.
//
// Two attributes of <html> tell it to every stylesheet and script. While a call is there, data-pop is "open" or
// "folded". While keys 1 to 9 and u are the calls' own, data-pop-keys is "soon" or "lit", and a page dims its own keys.
const FOLDED = 'tallenne-pop-folded' // of this tab's session
const OFF = 'tallenne-keys-off' // the switch of pick.js: single keys can be turned off (WCAG 2.1.4)
const EDITABLE = 'input, select, textarea, [contenteditable]'
const OWN_KEYS = /^[1-9u]$/
// Who presses a key of the page just as a call comes must not choose a caller with it.
const SOON_MS = 700

const root = document.documentElement
const place = document.getElementById('ringing')
const calls = document.getElementById('ringing-calls')
const button = document.getElementById('ringing-fold') // not on the page of the calls themselves
const keys = document.getElementById('ringing-keys')
let lit = ''
let soon = null

const isFolded = () => button !== null && sessionStorage.getItem(FOLDED) !== null
const keysOf = (call) => [...call.querySelectorAll('[data-pop-key]')].filter((one) => one.checkVisibility())

// Of several calls the first one that offers a choice has the keys. They are looked at again when anything changes.
function light() {
  const isOn = localStorage.getItem(OFF) === null
  keys.setAttribute('aria-checked', String(isOn))
  keys.querySelector('.state').textContent = isOn ? keys.dataset.on : keys.dataset.off
  const call = isOn ? [...calls.children].find((one) => keysOf(one).length > 0) : undefined
  for (const one of calls.children) one.toggleAttribute('data-lit', one === call)
  const now = call ? [call.dataset.pick, ...keysOf(call).map((one) => one.dataset.person)].join(' ') : ''
  if (now === lit) return
  lit = now
  clearTimeout(soon)
  delete root.dataset.popKeys
  if (now === '') return
  root.dataset.popKeys = 'soon'
  soon = setTimeout(() => {
    root.dataset.popKeys = 'lit'
  }, SOON_MS)
}

export function arrange() {
  const has = calls.childElementCount > 0
  if (has && button) root.dataset.pop = isFolded() ? 'folded' : 'open'
  else delete root.dataset.pop
  if (button) {
    button.setAttribute('aria-expanded', String(!isFolded()))
    button.querySelector('span').textContent = isFolded() ? button.dataset.open : button.dataset.fold
  }
  light()
}

function fold(isToBe) {
  if (isToBe) sessionStorage.setItem(FOLDED, '1')
  else sessionStorage.removeItem(FOLDED)
  arrange()
}

// Where the page has a switch of its own, that one is turned, so that both show the same.
function turnKeys() {
  const theirs = document.getElementById('pick-keys-switch')
  if (theirs) theirs.click()
  else if (localStorage.getItem(OFF) === null) localStorage.setItem(OFF, '1')
  else localStorage.removeItem(OFF)
  light()
}

// While there is somebody to choose, his key is here before it is anything else's on the page; no key of the calls'
// reaches the page then, not even one that chooses nobody here. In a field and in the player keys stay what they are.
function onKey(event) {
  const isTheirs = event.target.closest?.(`${EDITABLE}, #player`) || document.querySelector('dialog[open]')
  if (isTheirs || event.ctrlKey || event.altKey || event.metaKey) return
  light()
  const key = event.key.toLowerCase()
  if (lit === '' || !OWN_KEYS.test(key)) return
  event.preventDefault()
  event.stopImmediatePropagation()
  if (event.repeat || root.dataset.popKeys !== 'lit') return
  keysOf(calls.querySelector('[data-lit]'))
    .find((one) => one.dataset.popKey === key)
    ?.click()
}

function onEscape(event) {
  if (event.key !== 'Escape' || !button || isFolded() || !place.contains(event.target)) return
  fold(true)
  button.focus()
}

// The part of the window that the frame takes at the bottom is none that a focused part of the page may stand in.
if (button) {
  new ResizeObserver(() => root.style.setProperty('--pop-height', `${place.offsetHeight}px`)).observe(place)
  button.addEventListener('click', () => fold(!isFolded()))
  place.addEventListener('keydown', onEscape)
}
keys.addEventListener('click', turnKeys)
calls.addEventListener('toggle', light, { capture: true })
document.addEventListener('click', light) // the switch of the keys is on some pages
window.addEventListener('keydown', onKey, { capture: true })
arrange()
