// Takes a page away when its session is over, whatever ended it (OWASP ASVS 5.0, 14.3.1): warns two minutes before,
// then goes to the log-in page, which comes back. To ask how long it stands is no activity; to type is one, so that
// nobody loses a text that he is writing. What cannot be asked in time counts as over.
const WARN_MS = 120_000
const ASK_EVERY_MS = 60_000
const ASK_OFTEN_MS = 15_000
const GRACE_MS = 250 // asked a little after its end, a session is over for the server too
const PATIENCE_MS = 10_000
const OTHERS_MS = 1_500 // how long another page's log-out takes at most

const place = document.getElementById('session-end')
const seconds = document.getElementById('session-seconds')
const { state, stay, logIn, of } = place.dataset
const token = document.querySelector('meta[name="csrf-token"]').content
const pages = new BroadcastChannel('tallenne-session')
const title = document.title
let endsAt = Date.now() + Number(place.dataset.left) * 1000
let activeAt = Date.now()
let typed = false
let next = null
let counting = null

function veil(isVeiled) {
  document.documentElement.classList.toggle('veiled', isVeiled)
}

function leave() {
  veil(true)
  location.replace(logIn)
}

async function ask(address, method) {
  clearTimeout(next)
  try {
    const answer = await fetch(address, {
      method,
      cache: 'no-store',
      headers: { 'X-Session': of, 'X-CSRFToken': token },
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
    if (answer.ok) endsAt = Date.now() + (await answer.json()).seconds_left * 1000
  } catch {
    // no way to the server: what was known before holds
  }
  show()
}

function show() {
  const leftMs = endsAt - Date.now()
  if (leftMs <= 0) {
    leave()
    return
  }
  veil(false)
  warn(leftMs <= WARN_MS)
  const pauseMs = leftMs > WARN_MS ? Math.min(document.hidden ? Infinity : ASK_EVERY_MS, leftMs - WARN_MS) : ASK_OFTEN_MS
  clearTimeout(next)
  next = setTimeout(look, Math.min(pauseMs, leftMs) + GRACE_MS)
}

function look() {
  if (Date.now() >= endsAt) veil(true)
  return ask(state, 'GET')
}

async function goOn() {
  activeAt = Date.now()
  await ask(stay, 'POST')
  const isOld = endsAt - Date.now() <= WARN_MS // its ten hours are over soon, whatever anybody does
  document.getElementById('session-old').hidden = !isOld
  document.getElementById('session-idle').hidden = isOld
  document.getElementById('session-stay').hidden = isOld
}

function warn(isNear) {
  if (isNear === !place.hidden) return
  place.hidden = !isNear
  document.title = isNear ? `${place.dataset.title} · ${title}` : title
  clearInterval(counting)
  if (!isNear) return
  document.getElementById('session-typed').hidden = !typed
  count()
  counting = setInterval(count, 1000)
}

function count() {
  const whole = Math.max(0, Math.ceil((endsAt - Date.now()) / 1000))
  seconds.textContent = `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

function onInput(event) {
  if (event.target.closest('form')) typed = true
  if (Date.now() - activeAt > ASK_EVERY_MS) goOn()
}

document.getElementById('session-stay').addEventListener('click', goOn)
document.addEventListener('input', onInput)
document.addEventListener('visibilitychange', () => document.hidden || look())
// What a browser keeps for its back button is not shown again before the server was asked.
window.addEventListener('pagehide', () => veil(true))
window.addEventListener('pageshow', (event) => event.persisted && look())
document.querySelector('form.who')?.addEventListener('submit', () => pages.postMessage({ leaves: of }))
pages.addEventListener('message', (event) => (event.data.leaves ? setTimeout(look, OTHERS_MS) : event.data.of !== of && look()))
pages.postMessage({ of })
show()
