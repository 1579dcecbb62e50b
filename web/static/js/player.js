// The player of a call: two lanes, one position, everything by keyboard as well.
import { marks } from './axis.js'
import { Lanes } from './lanes.js'
import { Position } from './position.js'
import { Purpose } from './purpose.js'
import { openRecording } from './recording.js'
import { Sound } from './sound.js'
import { drawWaveform, fetchPeaks, noPeaks, showPeaks } from './waveform.js'

const STEP_S = 5
const JUMP_S = 10

const $ = (id) => document.getElementById(id)
const player = $('player')
const media = $('audio')
const wave = $('wave')
const texts = $('texts').dataset
const durationS = Number(player.dataset.durationMs) / 1000
const lanes = new Lanes(media)
const sound = new Sound({ media, openRecording, onError: (error) => fail(error, texts.noAudio) })
const purpose = new Purpose({
  dialog: $('purpose'),
  address: player.dataset.listenings,
  token: document.querySelector('meta[name="csrf-token"]').content,
})
let waveform = null
let place = null
let stated = Boolean(player.dataset.audio)
let outlined = Boolean(player.dataset.peaks)
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
  told.querySelector('span').textContent = error?.isDeaf ? texts.noLoudspeaker : (known[error?.status] ?? text)
  told.hidden = false
}

function showPosition() {
  const at = place.seconds
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

async function toggle() {
  if (!media.paused) {
    media.pause()
    return
  }
  if (!stated && !(await state())) return
  try {
    await lanes.start()
    await sound.open()
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
    sound.take(answer.addresses)
    $('purpose-shown').textContent = answer.name
    $('purpose-change').hidden = false
    $('player-error').hidden = true
    stated = true
    if (!outlined) showPeaks(waveform, await fetchPeaks(answer.addresses.peaks), durationS)
    outlined = true
    return true
  } catch (error) {
    fail(error, texts.noAudio)
    return false
  } finally {
    asking = false
    $('play').focus()
  }
}

async function changePurpose() {
  media.pause()
  await state()
}

function mute(lane) {
  lanes.mute(lane, !lanes.isMuted(lane))
  document.querySelector(`.mute[data-lane="${lane}"]`).setAttribute('aria-pressed', String(lanes.isMuted(lane)))
}

async function refreshListeners() {
  const answer = await fetch(player.dataset.listeners)
  if (answer.ok && !answer.redirected) $('listened').innerHTML = await answer.text()
  else if (answer.redirected || answer.status === 401) fail({ status: 401 })
}

const KEYS = {
  ' ': () => toggle(),
  k: () => toggle(),
  ArrowLeft: () => place.move(-STEP_S),
  ArrowRight: () => place.move(STEP_S),
  j: () => place.move(-JUMP_S),
  l: () => place.move(JUMP_S),
  Home: () => place.seek(0),
  End: () => place.seek(durationS),
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
  $('axis').replaceChildren(
    ...marks(durationS).map((at) => Object.assign(document.createElement('span'), { textContent: position(at) })),
  )
}

function enable() {
  for (const control of player.querySelectorAll(':disabled')) control.disabled = false
  wave.removeAttribute('aria-disabled')
  wave.setAttribute('aria-valuemax', String(Math.round(durationS)))
  $('play').addEventListener('click', toggle)
  $('back').addEventListener('click', () => place.move(-JUMP_S))
  $('forward').addEventListener('click', () => place.move(JUMP_S))
  $('speed').addEventListener('change', () => waveform.setPlaybackRate(Number($('speed').value)))
  for (const button of player.querySelectorAll('.mute')) {
    button.addEventListener('click', () => mute(Number(button.dataset.lane)))
  }
  $('purpose-change').addEventListener('click', changePurpose)
  document.addEventListener('keydown', onKey)
  place.followPointer(wave)
  media.addEventListener('play', () => showPlaying(true))
  media.addEventListener('pause', () => {
    showPlaying(false)
    refreshListeners()
  })
  showPosition()
}

try {
  // While the processing of a call is restricted, its outline is shown for the purpose that was stated.
  const peaks = outlined ? await fetchPeaks(player.dataset.peaks) : noPeaks()
  $('wave-hold').remove()
  if (stated) sound.take({ audio: player.dataset.audio, frames: player.dataset.frames })
  waveform = drawWaveform({ container: wave, media, lanes: peaks, durationS, nonce: player.dataset.nonce })
  place = new Position({ media, waveform, durationS, onChange: showPosition })
  drawAxis()
  enable()
} catch (error) {
  $('wave-hold').remove()
  fail(error, texts.noPeaks)
}
