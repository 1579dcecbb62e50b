// Passkeys: the form asks the server for a challenge, the browser's authenticator answers it, and the form is sent with
// the answer. Without WebAuthn (an old browser, an address without a name) the forms stay hidden.
const token = document.querySelector('meta[name="csrf-token"]').content

function toBytes(text) {
  const base64 = text.replaceAll('-', '+').replaceAll('_', '/')
  return Uint8Array.from(atob(base64), (character) => character.codePointAt(0))
}

function toText(buffer) {
  const characters = Array.from(new Uint8Array(buffer), (byte) => String.fromCodePoint(byte))
  return btoa(characters.join('')).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function withBytes(credentials) {
  return credentials?.map((credential) => ({ ...credential, id: toBytes(credential.id) }))
}

async function make(options) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: toBytes(options.challenge),
      user: { ...options.user, id: toBytes(options.user.id) },
      excludeCredentials: withBytes(options.excludeCredentials),
    },
  })
  return {
    ...plain(made),
    response: {
      clientDataJSON: toText(made.response.clientDataJSON),
      attestationObject: toText(made.response.attestationObject),
      transports: made.response.getTransports?.() ?? [],
    },
  }
}

async function prove(options) {
  const proof = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: toBytes(options.challenge),
      allowCredentials: withBytes(options.allowCredentials) ?? [],
    },
  })
  const { authenticatorData, clientDataJSON, signature, userHandle } = proof.response
  return {
    ...plain(proof),
    response: {
      authenticatorData: toText(authenticatorData),
      clientDataJSON: toText(clientDataJSON),
      signature: toText(signature),
      userHandle: userHandle ? toText(userHandle) : null,
    },
  }
}

function plain(credential) {
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
  }
}

async function answer(form) {
  const asked = await fetch(form.dataset.options, { method: 'POST', headers: { 'X-CSRFToken': token } })
  if (asked.status === 401 || asked.redirected) {
    location.reload() // the session is over, or wants to be confirmed: the page itself leads there
    return
  }
  if (!asked.ok) throw new Error('no challenge')
  const options = await asked.json()
  form.elements.answer.value = JSON.stringify(await (form.dataset.passkey === 'make' ? make : prove)(options))
  form.submit()
}

function showError(form, error) {
  const told = form.querySelector('[data-passkey-error]')
  const words = { NotAllowedError: 'cancelled', AbortError: 'cancelled', InvalidStateError: 'known' }
  told.querySelector('span').textContent = told.dataset[words[error.name] ?? 'failed']
  told.hidden = false
}

for (const form of document.querySelectorAll('form[data-passkey]')) {
  if (!window.PublicKeyCredential) continue
  form.hidden = false
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (form.ariaBusy === 'true' || !form.reportValidity()) return
    form.ariaBusy = 'true'
    try {
      await answer(form)
    } catch (error) {
      showError(form, error)
    } finally {
      form.ariaBusy = 'false'
    }
  })
}
