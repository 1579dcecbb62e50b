// The position in a recording. The media keeps it, also before it has anything to play; wavesurfer 8.0.1 would keep a
// seek to itself until there is sound at the place that was left.
export class Position {
  constructor({ media, waveform, durationS, onChange }) {
    Object.assign(this, { media, waveform, durationS, onChange })
    for (const name of ['timeupdate', 'seeking']) media.addEventListener(name, onChange)
  }

  get seconds() {
    return this.media.currentTime
  }

  seek(seconds) {
    const at = Math.min(Math.max(seconds, 0), this.durationS)
    this.media.currentTime = at
    this.waveform.getRenderer().renderProgress(at / this.durationS, !this.media.paused)
    this.onChange()
  }

  move(seconds) {
    this.seek(this.seconds + seconds)
  }

  // By pressing, and by dragging on, over a box as wide as the recording is long.
  followPointer(box) {
    const at = ({ clientX }) => {
      const { left, width } = box.getBoundingClientRect()
      return (this.durationS * (clientX - left)) / width
    }
    box.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return
      box.setPointerCapture(event.pointerId)
      this.seek(at(event))
    })
    box.addEventListener('pointermove', (event) => {
      if (box.hasPointerCapture(event.pointerId)) this.seek(at(event))
    })
  }
}
