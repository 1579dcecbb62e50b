// Masking a call: its two lanes with what is masked, a range chosen by dragging or by keys, and the masked version heard.
import { openMasked } from './masked_recording.js'
import { Position } from './position.js'
import { Sound } from './sound.js'
import { drawWaveform, fetchPeaks } from './waveform.js'

const STEP_S = 5
const FINE_STEP_S = 0.1
const DRAG_PX = 4

const $ = (id) => document.getElementById(id)
const masker = $('masker')
const media = $('audio')
const wave = $('wave')
const layer = $('mask-layer')
const chosen = $('chosen')
const form = $('mask-form')
const texts = $('texts').dataset
const word = $('review')
const durationS = Number(masker.dataset.durationMs) / 1000
const sound = new Sound({ media, openRecording: openMasked, onError: () => fail(texts.noAudio) })
let waveform = null
let position = null
let stated = null

function written(seconds, places = 0) {
  const thousandths = Math.round(seconds * 1000)
  const minutes = Math.floor(thousandths / 60000)
  const rest = (thousandths % 60000) / 1000
  const [whole, part] = rest.toFixed(places).split('.')
  return `${minutes}:${whole.padStart(2, '0')}${part && Number(part) ? `,${part}` : ''}`
}

function read(text) {
  const match = /^(?:(\d+):)?(\d+)(?:[.,](\d{1,3}))?$/.exec(text.trim())
  return match ? Number(match[1] ?? 0) * 60 + Number(match[2]) + Number(`0.${match[3] ?? 0}`) : null
}

function fail(text) {
  const told = $('player-error')
  told.querySelector('span').textContent = text
  told.hidden = false
}

function place(mark, from, to) {
  mark.style.left = `${(100 * from) / durationS}%`
  mark.style.width = `${(100 * (to - from)) / durationS}%`
}

function showChosen() {
  if (!form) return
  const from = read(form.from_place.value)
  const to = read(form.to_place.value)
  chosen.hidden = from === null || to === null || to <= from
  if (chosen.hidden) return
  place(chosen, from, Math.min(to, durationS))
  chosen.classList.remove('customer', 'agent', 'both')
  chosen.classList.add(form.lane.value)
}

function choose(from, to, lane) {
  if (!form) return
  if (from !== null) form.from_place.value = written(from, 2)
  if (to !== null) form.to_place.value = written(to, 2)
  if (lane) form.lane.value = lane
  showChosen()
}

function showPosition() {
  const at = position.seconds
  $('at').textContent = written(at)
  wave.setAttribute('aria-valuenow', String(Math.round(at)))
  wave.setAttribute('aria-valuetext', masker.dataset.of.replace('{at}', written(at)).replace('{total}', written(durationS)))
}

async function toggle() {
  if (!media.paused) return media.pause()
  try {
    await state()
    await sound.open()
    await waveform.play()
  } catch {
    fail(texts.noAudio)
  }
}

// For the request, and under its number; the answer opens the audio.
async function state() {
  if (stated) return stated
  const answer = await fetch(masker.dataset.listen, {
    method: 'POST',
    headers: { 'X-CSRFToken': document.querySelector('meta[name="csrf-token"]').content },
  })
  if (!answer.ok || answer.redirected) throw new Error('listening')
  stated = await answer.json()
  sound.take(stated)
  return stated
}

function secondsAt(event) {
  const box = layer.getBoundingClientRect()
  return (durationS * Math.min(Math.max(event.clientX - box.left, 0), box.width)) / box.width
}

function laneOf(first, event) {
  const box = layer.getBoundingClientRect()
  const lanes = [first, event].map((one) => (one.clientY < box.top + box.height / 2 ? 'customer' : 'agent'))
  return lanes[0] === lanes[1] ? lanes[0] : 'both'
}

function onPress(first) {
  if (first.button !== 0) return
  layer.setPointerCapture(first.pointerId)
  const start = secondsAt(first)
  let dragged = false
  const move = (event) => {
    dragged ||= Math.abs(event.clientX - first.clientX) > DRAG_PX
    if (dragged) choose(Math.min(start, secondsAt(event)), Math.max(start, secondsAt(event)), laneOf(first, event))
  }
  const end = (event) => {
    layer.removeEventListener('pointermove', move)
    if (!dragged) position.seek(secondsAt(event))
  }
  layer.addEventListener('pointermove', move)
  layer.addEventListener('pointerup', end, { once: true })
  layer.addEventListener('pointercancel', () => layer.removeEventListener('pointermove', move), { once: true })
}

const KEYS = {
  ' ': () => toggle(),
  ArrowLeft: () => position.move(-STEP_S),
  ArrowRight: () => position.move(STEP_S),
  ',': () => position.move(-FINE_STEP_S),
  '.': () => position.move(FINE_STEP_S),
  Home: () => position.seek(0),
  End: () => position.seek(durationS),
  a: () => choose(position.seconds, null),
  l: () => choose(null, position.seconds),
}

// Only while the focus is in the player, or nowhere: in the form's fields the keys are letters (WCAG 2.1.4).
function onKey(event) {
  const isHere = masker.contains(event.target) || event.target === document.body
  const act = KEYS[event.key]
  if (!act || !isHere || event.ctrlKey || event.altKey || event.metaKey) return
  if (event.key === ' ' && event.target.matches('button')) return
  event.preventDefault()
  act()
}

// What was heard, and with it what may be said of the call, is known to the server alone.
async function showHeard() {
  if (!word?.dataset.address || word.contains(document.activeElement)) return
  try {
    const answer = await fetch(word.dataset.address)
    if (!answer.ok || answer.redirected) return
    word.innerHTML = await answer.text()
    // the word is on the masks that this page shows, whatever was marked elsewhere meanwhile
    const seen = word.querySelector('[name=seen]')
    if (seen) seen.value = word.dataset.seen
  } catch {
    // at the next pause
  }
}

function showPlaying(playing) {
  masker.classList.toggle('playing', playing)
  $('play').setAttribute('aria-label', playing ? masker.dataset.pause : masker.dataset.play)
}

function enable() {
  for (const control of masker.querySelectorAll(':disabled')) control.disabled = false
  $('play').addEventListener('click', toggle)
  $('from-here').addEventListener('click', () => choose(position.seconds, null))
  $('to-here').addEventListener('click', () => choose(null, position.seconds))
  document.addEventListener('keydown', onKey)
  layer.addEventListener('pointerdown', onPress)
  form?.addEventListener('input', showChosen)
  media.addEventListener('play', () => showPlaying(true))
  media.addEventListener('pause', () => {
    showPlaying(false)
    showHeard()
  })
  for (const mark of layer.querySelectorAll('[data-from]')) {
    place(mark, Number(mark.dataset.from) / 1000, Number(mark.dataset.to) / 1000)
  }
  showPosition()
  showChosen()
}

try {
  // While the processing of the call is restricted, its outline too is seen under a stated purpose alone.
  const peaks = await fetchPeaks(masker.dataset.peaks ?? (await state()).peaks)
  $('wave-hold').remove()
  waveform = drawWaveform({ container: wave, media, lanes: peaks, durationS, nonce: masker.dataset.nonce })
  position = new Position({ media, waveform, durationS, onChange: showPosition })
  enable()
} catch {
  $('wave-hold').remove()
  fail(texts.noPeaks)
}
