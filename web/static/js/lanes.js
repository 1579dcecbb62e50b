const PATIENCE_MS = 8000

// Both parties in both ears, each of them mutable: left channel is the customer, right channel the agent.
export class Lanes {
  #context = null
  #gains = []
  #muted = [false, false]

  constructor(media) {
    this.media = media
  }

  // Browsers let sound begin only in answer to a person, so the graph is made at the first play.
  async start() {
    if (!this.#context) {
      this.#context = new AudioContext()
      const source = this.#context.createMediaElementSource(this.media)
      const parties = this.#context.createChannelSplitter(2)
      const ears = this.#context.createGain()
      ears.channelCount = 1
      ears.channelCountMode = 'explicit'
      source.connect(parties)
      this.#gains = this.#muted.map((muted, lane) => {
        const gain = this.#context.createGain()
        gain.gain.value = muted ? 0 : 1
        parties.connect(gain, lane)
        gain.connect(ears)
        return gain
      })
      ears.connect(this.#context.destination)
    }
    await this.#resumed()
  }

  // Without a loudspeaker Firefox lets this wait until there is one, and tells nothing; others play into the void.
  #resumed() {
    return new Promise((resolve, reject) => {
      const isDeaf = Object.assign(new Error('no loudspeaker'), { isDeaf: true })
      const waiting = setTimeout(() => reject(isDeaf), PATIENCE_MS)
      this.#context.resume().then(resolve, reject).finally(() => clearTimeout(waiting))
    })
  }

  isMuted(lane) {
    return this.#muted[lane]
  }

  mute(lane, muted) {
    this.#muted[lane] = muted
    // A short ramp instead of a step: no click.
    this.#gains[lane]?.gain.setTargetAtTime(muted ? 0 : 1, this.#context.currentTime, 0.01)
  }
}
