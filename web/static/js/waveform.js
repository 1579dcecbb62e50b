// The peaks of both parties (audiowaveform JSON, minimum and maximum for each pixel and channel) as two lanes.
import WaveSurfer from '../vendor/wavesurfer.esm.js'

const LANES = ['customer', 'agent']

export async function fetchPeaks(address) {
  const answer = await fetch(address, { headers: { Accept: 'application/json' } })
  if (!answer.ok) throw Object.assign(new Error('peaks'), { status: answer.status })
  return lanesOf(await answer.json())
}

// What is drawn where no outline may be shown (yet): two quiet lanes.
export function noPeaks() {
  return LANES.map(() => new Float32Array(2))
}

// Shows the outline in a waveform that was drawn without.
export function showPeaks(waveform, lanes, durationS) {
  waveform.setOptions({ peaks: lanes, duration: durationS, maxPeak: loudest(lanes) })
  waveform.getRenderer().render(waveform.getDecodedData()) // the options alone draw what was there before once more
}

// Both lanes on one scale: a quiet party looks quiet. A silent call must not divide by nothing.
function loudest(lanes) {
  return Math.max(0.05, ...lanes.map((peaks) => peaks.reduce((most, peak) => Math.max(most, peak), 0)))
}

// One array a lane: the louder of minimum and maximum, 0 to 1 of full scale.
export function lanesOf({ channels, bits, length, data }) {
  const full = 2 ** (bits - 1)
  return Array.from({ length: channels }, (_, channel) =>
    Float32Array.from({ length }, (_, pixel) => {
      const at = 2 * (pixel * channels + channel)
      return Math.max(-data[at], data[at + 1]) / full
    }),
  )
}

export function drawWaveform({ container, media, lanes, durationS, nonce }) {
  const colours = () => {
    const style = getComputedStyle(document.documentElement)
    const colour = (name) => style.getPropertyValue(name).trim()
    return {
      cursorColor: colour('--ink'),
      splitChannels: LANES.map((lane) => ({
        waveColor: colour(`--${lane}-soft`),
        progressColor: colour(`--${lane}`),
      })),
    }
  }
  const lane = { barWidth: 2, barGap: 1, barRadius: 2, barMinHeight: 1 }
  const waveform = WaveSurfer.create({
    container,
    media,
    peaks: lanes,
    duration: durationS,
    height: container.clientHeight / LANES.length,
    normalize: true,
    maxPeak: loudest(lanes),
    cursorWidth: 2,
    interact: false, // position.js does it
    hideScrollbar: true,
    cspNonce: nonce,
    ...lane,
    ...colours(),
  })
  const dark = window.matchMedia('(prefers-color-scheme: dark)')
  dark.addEventListener('change', () => waveform.setOptions(colours()))
  return waveform
}
