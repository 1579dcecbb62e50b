// Who calls the visitor's own phone, on every page: server-sent events bring the part of the page that says so, and one
// key picks where a number is shared. Not EventSource: it does not tell a session that has ended from a server that is
// full, and would ask for ever.
const OFF = 'tallenne-keys-off' // the switch of pick.js: single keys can be turned off (WCAG 2.1.4)
const EDITABLE = 'input, select, textarea, [contenteditable]'
const AGAIN_MS = 400
const LONGEST_MS = 20000
const LOST_AFTER_MS = 4000

const place = document.getElementById('ringing')
const calls = document.getElementById('ringing-calls')
const token = document.querySelector('meta[name="csrf-token"]').content
let lastId = null
let failures = 0
let lost = null

function show(text) {
  const held = calls.contains(document.activeElement) ? document.activeElement.dataset.person : undefined
  calls.innerHTML = text
  if (held !== undefined) calls.querySelector(`[data-person="${CSS.escape(held)}"]`)?.focus()
}

function connected() {
  failures = 0
  clearTimeout(lost)
  lost = null
  document.getElementById('ringing-lost').hidden = true
}

// What is shown may be over by now: better nothing than a caller who is no more.
function disconnected() {
  lost ??= setTimeout(() => {
    document.getElementById('ringing-lost').hidden = false
    lastId = null
    show('')
  }, LOST_AFTER_MS)
}

function ended() {
  clearTimeout(lost)
  document.getElementById('ringing-lost').hidden = true
  document.getElementById('ringing-ended').hidden = false
  show('')
}

function take(block) {
  const lines = block.split('\n')
  const values = (name) => lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2))
  const [id] = values('id')
  if (id === undefined) return
  lastId = id
  show(values('data').join('\n'))
}

async function read(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (;;) {
    const { value, done } = await reader.read()
    if (done) return
    const blocks = (rest + value).split('\n\n')
    rest = blocks.pop()
    blocks.forEach(take)
  }
}

const after = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

// A page that nobody sees needs no thread of the server; when it is seen again, it asks at once.
function whenVisible() {
  if (!document.hidden) return Promise.resolve()
  return new Promise((resolve) => document.addEventListener('visibilitychange', resolve, { once: true }))
}

// Gives the milliseconds until the next attempt, or null where there is to be none.
async function listen() {
  const until = new AbortController()
  const leave = () => document.hidden && until.abort()
  document.addEventListener('visibilitychange', leave)
  try {
    const headers = { Accept: 'text/event-stream', ...(lastId && { 'Last-Event-ID': lastId }) }
    const answer = await fetch(place.dataset.stream, { headers, cache: 'no-store', signal: until.signal })
    if (answer.ok) {
      connected()
      await read(answer.body)
      return AGAIN_MS
    }
    if (answer.status === 401 || answer.status === 404) return null
    disconnected()
    return Number(answer.headers.get('Retry-After') ?? 5) * 1000
  } catch {
    if (until.signal.aborted) return AGAIN_MS
    disconnected()
    failures += 1
    return Math.min(LONGEST_MS, AGAIN_MS * 2 ** failures)
  } finally {
    document.removeEventListener('visibilitychange', leave)
  }
}

async function pick(button) {
  const call = button.closest('[data-pick]')
  const buttons = [...call.querySelectorAll('[data-person]')]
  for (const one of buttons) one.setAttribute('aria-disabled', 'true')
  const chosen = new URLSearchParams(button.dataset.person === '' ? [] : [['person', button.dataset.person]])
  let kept = false
  try {
    const answer = await fetch(call.dataset.pick, { method: 'POST', headers: { 'X-CSRFToken': token }, body: chosen })
    kept = answer.ok
  } catch {
    // told below
  }
  if (kept) return
  call.querySelector('[data-failed]').hidden = false
  for (const one of buttons) one.removeAttribute('aria-disabled')
}

function onClick(event) {
  const button = event.target.closest('[data-person]')
  if (button && button.getAttribute('aria-disabled') !== 'true') pick(button)
}

// While there is somebody to choose, his key is here before it is anything else's on the page.
function onKey(event) {
  const { target } = event
  const isTheirs = target.closest?.(EDITABLE) || document.querySelector('dialog[open]')
  const isOff = localStorage.getItem(OFF) !== null
  if (isOff || isTheirs || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return
  const keys = [...calls.querySelectorAll('[data-key]')].filter((one) => one.checkVisibility())
  const button = keys.find((one) => one.dataset.key === event.key.toLowerCase())
  if (!button) return
  event.preventDefault()
  event.stopImmediatePropagation()
  button.click()
}

calls.addEventListener('click', onClick)
window.addEventListener('keydown', onKey, { capture: true })
for (let waitMs = 0; waitMs !== null; ) {
  await after(waitMs)
  await whenVisible()
  waitMs = await listen()
}
ended()
