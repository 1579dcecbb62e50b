// Asks for what purpose one listens, before the first byte; the answer opens the audio.
const UNUSABLE = 400

export class Purpose {
  constructor({ dialog, address, token }) {
    this.dialog = dialog
    this.form = dialog.querySelector('form')
    this.caseField = dialog.querySelector('#case-field')
    this.caseInput = dialog.querySelector('#case')
    this.caseError = dialog.querySelector('#case-error')
    this.address = address
    this.token = token
    dialog.querySelector('#purpose-cancel').addEventListener('click', () => dialog.close())
    this.form.addEventListener('change', () => this.#showCase())
  }

  // Gives the addresses {audio, frames, peaks} and the purpose's name, or null where the person thought better of it.
  ask() {
    const { dialog, form } = this
    return new Promise((resolve, reject) => {
      const submit = async (event) => {
        event.preventDefault()
        const chosen = this.#chosen()
        const number = 'case' in chosen.dataset ? this.caseInput.value.trim() : ''
        try {
          const { audio, frames, peaks, case: kept } = await this.#state(chosen.value, number)
          const name = chosen.closest('label').querySelector('span').firstChild.textContent.trim()
          done()
          resolve({ addresses: { audio, frames, peaks }, name: kept ? `${name}, ${kept}` : name })
          dialog.close()
        } catch (error) {
          if (error.status === UNUSABLE && 'case' in chosen.dataset) {
            this.#refuseCase()
            return
          }
          done()
          dialog.close()
          reject(error)
        }
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
      this.#showCase()
      dialog.showModal()
      const open = 'input[name="purpose"]:not(:disabled)'
      ;(form.querySelector(`${open}:checked`) ?? form.querySelector(open))?.focus()
    })
  }

  #chosen() {
    return this.form.querySelector('input[name="purpose"]:checked')
  }

  #showCase() {
    const pattern = this.#chosen()?.dataset.case
    const hint = this.dialog.querySelector('#case-hint')
    this.caseField.hidden = pattern === undefined
    this.caseInput.required = pattern !== undefined
    hint.hidden = !pattern
    hint.textContent = pattern ? hint.dataset.like.replace('{pattern}', pattern) : ''
    this.caseError.hidden = true
    this.caseInput.removeAttribute('aria-invalid')
  }

  #refuseCase() {
    this.caseError.hidden = false
    this.caseInput.setAttribute('aria-invalid', 'true')
    this.caseInput.focus()
  }

  async #state(purpose, number) {
    const answer = await fetch(this.address, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-CSRFToken': this.token },
      body: JSON.stringify({ purpose, case: number }),
    })
    if (!answer.ok) throw Object.assign(new Error('purpose'), { status: answer.status })
    return answer.json()
  }
}
