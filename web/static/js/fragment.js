// FLAC frames as one fragment of MP4: the form in which browsers take them piece by piece (Media Source Extensions).
import {
  EncodedAudioPacketSource,
  EncodedPacket,
  Mp4OutputFormat,
  NullTarget,
  Output,
} from '../vendor/mediabunny.esm.js'

// The registered name is the second (mp4ra.org); browsers know one of them, or both.
export const TYPES = ['audio/mp4; codecs="flac"', 'audio/mp4; codecs="fLaC"']
const WHOLE_S = 1e6

// Gives {head, body}: what says how to decode, to be appended once, and the frames, at their own moments of the call.
export async function fragmentOf(recording, firstFrame, frames) {
  const boxes = {}
  const keep = (name) => (data) => (boxes[name] = data.slice())
  const format = new Mp4OutputFormat({
    fastStart: 'fragmented',
    minimumFragmentDuration: WHOLE_S,
    onFtyp: keep('ftyp'),
    onMoov: keep('moov'),
    onMoof: keep('moof'),
    onMdat: keep('mdat'),
  })
  const output = new Output({ format, target: new NullTarget() })
  const track = new EncodedAudioPacketSource('flac')
  output.addAudioTrack(track)
  await output.start()
  const { sampleRate, channels, samples, frameSamples, description } = recording
  const meta = { decoderConfig: { codec: 'flac', sampleRate, numberOfChannels: channels, description } }
  for (const [index, frame] of frames.entries()) {
    const at = (firstFrame + index) * frameSamples
    const length = Math.min(frameSamples, samples - at)
    await track.add(new EncodedPacket(frame, 'key', at / sampleRate, length / sampleRate), meta)
  }
  await output.finalize()
  return { head: joined(boxes.ftyp, boxes.moov), body: joined(boxes.moof, boxes.mdat) }
}

function joined(...parts) {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
