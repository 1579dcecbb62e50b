// A recording as a copy will have it: a WAV that the server masks on the fly, made FLAC frames here without compression
// (RFC 9639, 9.2.2: verbatim), for browsers take no WAV piece by piece.
import { fetchRange } from './ranges.js'

const WAV_HEADER = 44
const CHANNELS = 2
const SAMPLE_BYTES = 2
const FRAME_SAMPLES = 4096 // as the stored FLAC has them, so that the server reads no frame twice
const BITS = 16
const AROUND_BYTES = 16 // a frame's header and checksums take no more

export async function openMasked({ audio }, signal) {
  const header = new DataView((await fetchRange(audio, 0, WAV_HEADER, signal)).buffer)
  const sampleRate = header.getUint32(24, true)
  const samples = header.getUint32(40, true) / (CHANNELS * SAMPLE_BYTES)
  const at = (frame) => WAV_HEADER + Math.min(frame * FRAME_SAMPLES, samples) * CHANNELS * SAMPLE_BYTES
  return {
    sampleRate,
    channels: CHANNELS,
    samples,
    frameSamples: FRAME_SAMPLES,
    description: streamInfo(sampleRate, samples),
    async read(first, stop) {
      const bytes = await fetchRange(audio, at(first), at(stop), signal)
      const pcm = new DataView(bytes.buffer)
      const frames = Array.from({ length: stop - first }, (_, index) => first + index)
      return frames.map((frame) => verbatim(pcm, at(frame) - at(first), at(frame + 1) - at(first), frame))
    },
  }
}

function streamInfo(sampleRate, samples) {
  const info = new DataView(new ArrayBuffer(42))
  info.setUint32(0, 0x664c6143) // fLaC
  info.setUint32(4, 0x80000000 | 34) // the last block, STREAMINFO, of 34 bytes
  info.setUint16(8, FRAME_SAMPLES)
  info.setUint16(10, FRAME_SAMPLES)
  const format = (BigInt(sampleRate) << 44n) | (BigInt(CHANNELS - 1) << 41n) | (BigInt(BITS - 1) << 36n)
  info.setBigUint64(18, format | BigInt(samples))
  return new Uint8Array(info.buffer)
}

function verbatim(pcm, begins, ends, number) {
  const samples = (ends - begins) / (CHANNELS * SAMPLE_BYTES)
  const frame = new Uint8Array(AROUND_BYTES + CHANNELS * (1 + samples * SAMPLE_BYTES))
  // Synchronisation; a block size of 16 bits at the end, the rate of STREAMINFO; two channels of 16 bits.
  const header = [0xff, 0xf8, 0x70, 0x18, ...coded(number), (samples - 1) >> 8, (samples - 1) & 0xff]
  frame.set(header)
  let at = header.length
  frame[at] = remainder(frame, at, 0x07, 8)
  at += 1
  for (let channel = 0; channel < CHANNELS; channel += 1) {
    frame[at] = 0x02 // verbatim, no bits wasted
    at += 1
    for (let sample = 0; sample < samples; sample += 1, at += SAMPLE_BYTES) {
      const from = begins + (sample * CHANNELS + channel) * SAMPLE_BYTES
      frame[at] = pcm.getUint8(from + 1)
      frame[at + 1] = pcm.getUint8(from)
    }
  }
  const check = remainder(frame, at, 0x8005, 16)
  frame[at] = check >> 8
  frame[at + 1] = check & 0xff
  return frame.subarray(0, at + 2)
}

// A frame's number in the manner of UTF-8 (RFC 9639, 9.1.5).
function coded(number) {
  if (number < 0x80) return [number]
  if (number < 0x800) return [0xc0 | (number >> 6), 0x80 | (number & 0x3f)]
  return [0xe0 | (number >> 12), 0x80 | ((number >> 6) & 0x3f), 0x80 | (number & 0x3f)]
}

// CRC-8 and CRC-16 of the first bytes (RFC 9639, 9.1.8 and 9.3).
function remainder(bytes, length, polynomial, width) {
  const table = tables[width] ?? (tables[width] = tableOf(polynomial, width))
  const mask = 2 ** width - 1
  let rest = 0
  for (let at = 0; at < length; at += 1) rest = ((rest << 8) & mask) ^ table[((rest >> (width - 8)) ^ bytes[at]) & 0xff]
  return rest
}

const tables = {}

function tableOf(polynomial, width) {
  const top = 2 ** (width - 1)
  return Uint16Array.from({ length: 256 }, (_, byte) => {
    let rest = byte << (width - 8)
    for (let bit = 0; bit < 8; bit += 1) rest = (rest & top ? (rest << 1) ^ polynomial : rest << 1) & (2 * top - 1)
    return rest
  })
}
