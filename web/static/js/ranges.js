// Asks for bytes of audio: every answer stands in the audit, so that nothing is asked for that is not about to be heard.
const PARTIAL = 206
const UNAUTHORIZED = 401

export async function fetchRange(address, first, stop, signal) {
  const answer = await fetch(address, { headers: { Range: `bytes=${first}-${stop - 1}` }, signal })
  if (answer.status !== PARTIAL) throw failed(answer)
  return new Uint8Array(await answer.arrayBuffer())
}

export async function fetchPlain(address, signal) {
  const answer = await fetch(address, { headers: { Accept: 'application/json' }, signal })
  if (!answer.ok || answer.redirected) throw failed(answer)
  return answer.json()
}

function failed(answer) {
  return Object.assign(new Error('audio'), { status: answer.redirected ? UNAUTHORIZED : answer.status })
}
