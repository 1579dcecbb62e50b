// Who calls the visitor's own phone, on every page: server-sent events bring the part of the page that says so, and one
// key picks where a number is shared. Not EventSource: it does not tell a session that has ended from a server that is
// full, and would ask for ever. How they stand on the page is for pop_frame.js.
import { arrange } from './pop_frame.js'

const AGAIN_MS = 400
const LONGEST_MS = 20000
const LOST_AFTER_MS = 4000
const SILENT_MS = 25000 // the server says something every ten seconds, or the way to it is gone

const place = document.getElementById('ringing')
const calls = document.getElementById('ringing-calls')
const token = document.querySelector('meta[name="csrf-token"]').content
let lastId = null
let failures = 0
let lost = null
let hurry = () => {}

function show(text, { isTold = true } = {}) {
  const held = calls.contains(document.activeElement) ? document.activeElement.dataset.person : undefined
  const were = calls.childElementCount
  calls.innerHTML = text
  if (held !== undefined) calls.querySelector(`[data-person="${CSS.escape(held)}"]`)?.focus()
  const over = document.getElementById('ringing-over')
  over.textContent = isTold && calls.childElementCount < were ? over.dataset.over : ''
  arrange()
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
    show('', { isTold: false })
  }, LOST_AFTER_MS)
}

function ended() {
  clearTimeout(lost)
  document.getElementById('ringing-lost').hidden = true
  document.getElementById('ringing-ended').hidden = false
  show('', { isTold: false })
}

function take(block) {
  const lines = block.split('\n')
  const values = (name) => lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2))
  const [id] = values('id')
  if (id === undefined) return
  lastId = id
  show(values('data').join('\n'))
}

async function read(body, onHeard) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (;;) {
    const { value, done } = await reader.read()
    if (done) return
    onHeard()
    const blocks = (rest + value).split('\n\n')
    rest = blocks.pop()
    blocks.forEach(take)
  }
}

// Waits, or not: somebody may ask to try now, and a network that is back is worth a try.
function after(ms) {
  return new Promise((resolve) => {
    hurry = resolve
    setTimeout(resolve, ms)
  })
}

// A page that nobody sees needs no thread of the server; when it is seen again, it asks at once.
function whenVisible() {
  if (!document.hidden) return Promise.resolve()
  return new Promise((resolve) => document.addEventListener('visibilitychange', resolve, { once: true }))
}

// Gives the milliseconds until the next attempt, or null where there is to be none.
async function listen() {
  const until = new AbortController()
  const leave = () => document.hidden && until.abort()
  let silence = null
  let isSilent = false
  const heard = () => {
    clearTimeout(silence)
    silence = setTimeout(() => {
      isSilent = true
      until.abort()
    }, SILENT_MS)
  }
  heard()
  document.addEventListener('visibilitychange', leave)
  try {
    const headers = { Accept: 'text/event-stream', ...(lastId && { 'Last-Event-ID': lastId }) }
    const answer = await fetch(place.dataset.stream, { headers, cache: 'no-store', signal: until.signal })
    if (answer.ok) {
      connected()
      await read(answer.body, heard)
      return AGAIN_MS
    }
    if (answer.status === 401 || answer.status === 404) return null
    disconnected()
    return Number(answer.headers.get('Retry-After') ?? 5) * 1000
  } catch {
    if (until.signal.aborted && !isSilent) return AGAIN_MS
    disconnected()
    failures += 1
    return Math.min(LONGEST_MS, AGAIN_MS * 2 ** failures)
  } finally {
    clearTimeout(silence)
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

calls.addEventListener('click', onClick)
document.getElementById('ringing-retry').addEventListener('click', () => hurry())
window.addEventListener('online', () => hurry())
for (let waitMs = 0; waitMs !== null; ) {
  await after(waitMs)
  await whenVisible()
  waitMs = await listen()
}
ended()
