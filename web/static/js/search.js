// On a phone the search is folded away, unless something in it needs attention. Runs before the page is painted.
'use strict'
{
  const search = document.querySelector('details.search')
  const isPhone = window.matchMedia('(max-width: 40rem)')
  const fold = () => {
    search.open = !isPhone.matches || search.querySelector('[aria-invalid]') !== null
  }
  fold()
  isPhone.addEventListener('change', fold)
}
