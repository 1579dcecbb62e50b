// A recording as it is stored: a FLAC, of which the server tells where each frame begins.
import { fetchPlain, fetchRange } from './ranges.js'

const HEAD_BYTES = 42 // the mark and STREAMINFO (RFC 9639, 8.2)
const BLOCK_HEADER = 4
const LAST_BLOCK = 0x80

// Gives null where the frames are not known: then the plain address is all there is.
export async function openRecording({ audio, frames }, signal) {
  const told = await fetchPlain(frames, signal)
  if (!told.starts.length) return null
  const description = await fetchRange(audio, 0, HEAD_BYTES, signal)
  description[BLOCK_HEADER] |= LAST_BLOCK // no other block follows it in an MP4
  const startOf = (frame) => told.starts[frame] ?? told.size_bytes
  return {
    sampleRate: told.sample_rate_hz,
    channels: told.channels,
    samples: told.samples,
    frameSamples: told.frame_samples,
    description,
    async read(first, stop) {
      const begins = startOf(first)
      const bytes = await fetchRange(audio, begins, startOf(stop), signal)
      const frames = Array.from({ length: stop - first }, (_, index) => first + index)
      return frames.map((frame) => bytes.subarray(startOf(frame) - begins, startOf(frame + 1) - begins))
    },
  }
}
