// The player of a call: two lanes, one position, everything by keyboard as well.
import { Lanes } from './lanes.js'
import { Purpose } from './purpose.js'
import { drawWaveform, fetchPeaks } from './waveform.js'

const STEP_S = 5
const JUMP_S = 10
const AXIS_MARKS = 5

const $ = (id) => document.getElementById(id)
const player = $('player')
const media = $('audio')
const wave = $('wave')
const texts = $('texts').dataset
const durationS = Number(player.dataset.durationMs) / 1000
const lanes = new Lanes(media)
const purpose = new Purpose({
  dialog: $('purpose'),
  address: player.dataset.listenings,
  token: document.querySelector('meta[name="csrf-token"]').content,
})
let waveform = null
let stated = Boolean(player.dataset.audio)
let asking = false

function written(seconds) {
  const whole = Math.round(seconds)
  const rest = String(whole % 60).padStart(2, '0')
  const minutes = Math.floor(whole / 60)
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${rest}`
}

// A recording may be a moment shorter or longer than its call; both are one length on the page.
function position(seconds) {
  return Math.round(seconds) >= Math.round(durationS) ? player.dataset.total : written(seconds)
}

function fail(error, text) {
  const told = $('player-error')
  const known = { 401: texts.loggedOut, 403: texts.restricted }
  told.querySelector('span').textContent = known[error?.status] ?? text
  told.hidden = false
}

function showPosition() {
  const at = waveform.getCurrentTime()
  $('at').textContent = position(at)
  wave.setAttribute('aria-valuenow', String(Math.round(at)))
  wave.setAttribute(
    'aria-valuetext',
    player.dataset.of.replace('{at}', position(at)).replace('{total}', player.dataset.total),
  )
}

function showPlaying(playing) {
  player.classList.toggle('playing', playing)
  $('play').setAttribute('aria-label', playing ? player.dataset.pause : player.dataset.play)
}

// Before the first sound the waveform keeps the position until the media can take it. Afterwards the media is asked
// itself: of two quick seeks wavesurfer 8.0.1 loses the second, when the event of the first arrives in between.
function seek(seconds) {
  const at = Math.min(Math.max(seconds, 0), durationS)
  if (media.played.length > 0) media.currentTime = at
  else waveform.setTime(at)
  showPosition()
}

async function toggle() {
  if (!media.paused) {
    media.pause()
    return
  }
  if (!stated && !(await state())) return
  try {
    await lanes.start()
    await waveform.play()
  } catch (error) {
    fail(error, texts.noAudio)
  }
}

async function state() {
  if (asking) return false
  asking = true
  try {
    const answer = await purpose.ask()
    if (!answer) return false
    hear(answer.audio)
    $('purpose-shown').textContent = answer.name
    $('purpose-change').hidden = false
    $('player-error').hidden = true
    stated = true
    return true
  } catch (error) {
    fail(error, texts.noAudio)
    return false
  } finally {
    asking = false
    $('play').focus()
  }
}

// Another purpose is another address: the sound goes on from where it was.
function hear(address) {
  const at = stated ? media.currentTime : 0
  media.src = address
  if (at > 0) media.currentTime = at
}

async function changePurpose() {
  media.pause()
  await state()
}

function mute(lane) {
  lanes.mute(lane, !lanes.isMuted(lane))
  document.querySelector(`.mute[data-lane="${lane}"]`).setAttribute('aria-pressed', String(lanes.isMuted(lane)))
}

// The media tells no status; a HEAD of the same address does, and hears nothing.
async function tellWhy() {
  if (!stated) return
  const answer = await fetch(media.src, { method: 'HEAD' }).catch(() => null)
  fail(answer, texts.noAudio)
}

async function refreshListeners() {
  const answer = await fetch(player.dataset.listeners)
  if (answer.ok && !answer.redirected) $('listened').innerHTML = await answer.text()
  else if (answer.redirected || answer.status === 401) fail({ status: 401 })
}

const KEYS = {
  ' ': () => toggle(),
  k: () => toggle(),
  ArrowLeft: () => seek(waveform.getCurrentTime() - STEP_S),
  ArrowRight: () => seek(waveform.getCurrentTime() + STEP_S),
  j: () => seek(waveform.getCurrentTime() - JUMP_S),
  l: () => seek(waveform.getCurrentTime() + JUMP_S),
  Home: () => seek(0),
  End: () => seek(durationS),
  1: () => mute(0),
  2: () => mute(1),
}

// Only while the focus is in the player, or nowhere: keys of other parts of the page stay theirs (WCAG 2.1.4).
function onKey(event) {
  const isHere = player.contains(event.target) || event.target === document.body
  const isTheirs =
    event.target.matches('select, input, summary, a') || (event.key === ' ' && event.target.matches('button'))
  const isPick = !player.contains(event.target) && document.querySelector(`[data-key="${CSS.escape(event.key)}"]`)
  const act = KEYS[event.key]
  if (!act || !isHere || isTheirs || isPick || event.ctrlKey || event.altKey || event.metaKey) return
  event.preventDefault()
  act()
}

function drawAxis() {
  const marks = Array.from({ length: AXIS_MARKS }, (_, index) => position((durationS * index) / (AXIS_MARKS - 1)))
  $('axis').replaceChildren(
    ...marks.map((text) => Object.assign(document.createElement('span'), { textContent: text })),
  )
}

function enable() {
  for (const control of player.querySelectorAll(':disabled')) control.disabled = false
  wave.removeAttribute('aria-disabled')
  wave.setAttribute('aria-valuemax', String(Math.round(durationS)))
  $('play').addEventListener('click', toggle)
  $('back').addEventListener('click', () => seek(waveform.getCurrentTime() - JUMP_S))
  $('forward').addEventListener('click', () => seek(waveform.getCurrentTime() + JUMP_S))
  $('speed').addEventListener('change', () => waveform.setPlaybackRate(Number($('speed').value)))
  for (const button of player.querySelectorAll('.mute')) {
    button.addEventListener('click', () => mute(Number(button.dataset.lane)))
  }
  $('purpose-change').addEventListener('click', changePurpose)
  document.addEventListener('keydown', onKey)
  waveform.on('timeupdate', showPosition)
  waveform.on('seeking', showPosition)
  waveform.on('interaction', showPosition)
  media.addEventListener('play', () => showPlaying(true))
  media.addEventListener('pause', () => {
    showPlaying(false)
    refreshListeners()
  })
  media.addEventListener('error', tellWhy)
  showPosition()
}

try {
  const peaks = await fetchPeaks(player.dataset.peaks)
  $('wave-hold').remove()
  if (player.dataset.audio) media.src = player.dataset.audio
  waveform = drawWaveform({ container: wave, media, lanes: peaks, durationS, nonce: player.dataset.nonce })
  drawAxis()
  enable()
} catch (error) {
  $('wave-hold').remove()
  fail(error, texts.noPeaks)
}
