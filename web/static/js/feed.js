// Feeds a media element a few seconds ahead of what it plays, and nothing while it is paused: what the server gives
// stands in the audit as heard, so that no more is fetched than is about to be.
const AHEAD_S = 4 // more than this is not fetched ahead but for the fragment that reaches it
const FRAGMENT_S = 3
const KEPT_S = 60 // what lies farther from the position is forgotten, and fetched anew when it is heard again
const SETTLED_MS = 150 // of seeking by dragging, only where it comes to rest is heard
const SLACK_S = 0.05

const Source = window.MediaSource ?? window.ManagedMediaSource

export class Feed {
  #stop = new AbortController()
  #recording = null
  #source = null
  #buffer = null
  #fragmentOf = null
  #hasHead = false
  #isBusy = false
  #settling = null

  constructor({ media, onError }) {
    this.media = media
    this.onError = onError
  }

  // Tells whether it feeds: not where this browser takes no FLAC in fragments, or nothing tells where its frames are.
  async open(openRecording, addresses) {
    if (!Source) return false
    const { TYPES, fragmentOf } = await import('./fragment.js')
    const type = TYPES.find((one) => Source.isTypeSupported(one))
    if (!type) return false
    this.#recording = await openRecording(addresses, this.#stop.signal)
    if (!this.#recording) return false
    this.#fragmentOf = fragmentOf
    const { media } = this
    const at = media.currentTime
    this.#source = new Source()
    const opened = this.#once(this.#source, 'sourceopen')
    media.disableRemotePlayback = true // a managed source is refused without
    media.preload = 'auto'
    const address = URL.createObjectURL(this.#source)
    media.src = address
    await opened
    URL.revokeObjectURL(address)
    this.#buffer = this.#source.addSourceBuffer(type)
    this.#source.duration = this.#durationS
    if (at > 0) media.currentTime = at
    const { signal } = this.#stop
    for (const name of ['play', 'timeupdate', 'waiting']) media.addEventListener(name, () => this.#pump(), { signal })
    media.addEventListener('seeking', () => this.#settle(), { signal })
    return true
  }

  close() {
    this.#stop.abort()
    clearTimeout(this.#settling)
  }

  get #durationS() {
    return this.#recording.samples / this.#recording.sampleRate
  }

  #settle() {
    clearTimeout(this.#settling)
    this.#settling = setTimeout(() => {
      this.#settling = null
      this.#pump()
    }, SETTLED_MS)
  }

  async #pump() {
    if (this.#isBusy) return
    this.#isBusy = true
    try {
      while (this.#mayFetch()) {
        const reached = this.#reached(this.media.currentTime)
        if (reached >= this.#durationS - SLACK_S) {
          if (this.#source.readyState === 'open') this.#source.endOfStream()
          break
        }
        if (reached > this.media.currentTime + AHEAD_S) break
        await this.#add(reached)
      }
    } catch (error) {
      if (!this.#stop.signal.aborted) {
        this.close()
        this.onError(error)
      }
    } finally {
      this.#isBusy = false
    }
  }

  #mayFetch() {
    return !this.media.paused && !this.#settling && !this.#stop.signal.aborted
  }

  // Until when there is sound without a gap from a moment on; the moment itself where there is none.
  #reached(at) {
    const { buffered } = this.#buffer
    for (let index = 0; index < buffered.length; index += 1) {
      if (buffered.start(index) <= at + SLACK_S && at < buffered.end(index)) return buffered.end(index)
    }
    return at
  }

  async #add(reached) {
    const { sampleRate, samples, frameSamples } = this.#recording
    const count = Math.ceil(samples / frameSamples)
    const rounded = Math.round(reached * sampleRate) + 1 // the end of a frame is the beginning of the next
    const first = Math.min(Math.floor(rounded / frameSamples), count - 1)
    const stop = Math.min(first + Math.ceil((FRAGMENT_S * sampleRate) / frameSamples), count)
    const { head, body } = await this.#fragmentOf(this.#recording, first, await this.#recording.read(first, stop))
    await this.#forget()
    if (!this.#hasHead) await this.#change(() => this.#buffer.appendBuffer(head))
    this.#hasHead = true
    await this.#change(() => this.#buffer.appendBuffer(body))
    const begins = (first * frameSamples) / sampleRate
    if (this.#reached(begins) === begins) throw new Error('the fragment was not taken') // nor would be the next time
  }

  async #forget() {
    const at = this.media.currentTime
    if (!this.#buffer.buffered.length) return
    if (at > KEPT_S) await this.#change(() => this.#buffer.remove(0, at - KEPT_S))
    if (at + KEPT_S < this.#durationS) await this.#change(() => this.#buffer.remove(at + KEPT_S, Infinity))
  }

  async #change(act) {
    const done = this.#once(this.#buffer, 'updateend')
    act()
    await done
  }

  #once(target, name) {
    return new Promise((resolve, reject) => {
      const { signal } = this.#stop
      target.addEventListener(name, resolve, { once: true })
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
  }
}
