// The sound of one media element: opened at the first play, as fragments where the browser takes them (feed.js), else
// from the plain address, of which a browser fetches as much ahead as it likes.
import { Feed } from './feed.js'

export class Sound {
  #feed = null
  #opening = null
  #addresses = null

  // onError is told {status} of what the server refused, or any other error.
  constructor({ media, openRecording, onError }) {
    this.media = media
    this.openRecording = openRecording
    this.onError = onError
    media.addEventListener('error', () => this.#opening && this.#tellWhy())
  }

  // From the next play on it is these that are heard, from where the sound is.
  take(addresses) {
    this.#close()
    this.#addresses = addresses
  }

  async open() {
    this.#opening ??= this.#begin()
    try {
      await this.#opening
    } catch (error) {
      this.#close()
      throw error
    }
  }

  async #begin() {
    const at = this.media.currentTime
    const feed = new Feed({ media: this.media, onError: (error) => this.#fail(error) })
    this.#feed = feed
    if (!(await feed.open(this.openRecording, this.#addresses))) {
      this.media.src = this.#addresses.audio
      if (at > 0) this.media.currentTime = at
    }
  }

  #close() {
    this.#feed?.close()
    this.#feed = null
    this.#opening = null
  }

  #fail(error) {
    this.media.pause()
    this.#close()
    this.onError(error)
  }

  // The media tells no status; a HEAD of the same address does, and hears nothing.
  async #tellWhy() {
    this.#fail(await fetch(this.#addresses.audio, { method: 'HEAD' }).catch(() => null))
  }
}
