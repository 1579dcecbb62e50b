// Asks for what purpose one listens, before the first byte; the answer opens the audio.
export class Purpose {
  constructor({ dialog, address, token }) {
    this.dialog = dialog
    this.form = dialog.querySelector('form')
    this.address = address
    this.token = token
    dialog.querySelector('#purpose-cancel').addEventListener('click', () => dialog.close())
  }

  // Gives {audio, name}, or null where the person thought better of it.
  ask() {
    const { dialog, form } = this
    return new Promise((resolve, reject) => {
      const submit = (event) => {
        event.preventDefault()
        const chosen = form.querySelector('input[name="purpose"]:checked')
        done()
        this.#state(chosen.value).then(
          ({ audio }) => resolve({ audio, name: chosen.closest('label').textContent.trim() }),
          reject,
        )
        dialog.close()
      }
      const close = () => {
        done()
        resolve(null)
      }
      const done = () => {
        form.removeEventListener('submit', submit)
        dialog.removeEventListener('close', close)
      }
      form.addEventListener('submit', submit)
      dialog.addEventListener('close', close)
      dialog.showModal()
      const preset = form.querySelector('input[name="purpose"]:checked') ?? form.querySelector('input[name="purpose"]')
      preset?.focus()
    })
  }

  async #state(purpose) {
    const answer = await fetch(this.address, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-CSRFToken': this.token },
      body: JSON.stringify({ purpose }),
    })
    if (!answer.ok) throw Object.assign(new Error('purpose'), { status: answer.status })
    return answer.json()
  }
}
