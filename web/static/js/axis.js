// Where a time line is labelled: evenly, from its beginning to its end, and never twice with the same whole second.
const MOST = 5

export function marks(durationS) {
  const count = Math.max(1, Math.min(MOST, Math.floor(durationS) + 1))
  return Array.from({ length: count }, (_, index) => (durationS * index) / Math.max(count - 1, 1))
}
