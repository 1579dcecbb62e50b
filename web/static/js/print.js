// A button that prints the page. Without JavaScript it stays hidden, and the browser's own menu does the same.
for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false
  button.addEventListener('click', () => window.print())
}

// What is folded away on the screen is on the paper all the same.
let folded = []
window.addEventListener('beforeprint', () => {
  folded = [...document.querySelectorAll('details:not([open]):not(.reveal)')]
  for (const part of folded) part.open = true
})
window.addEventListener('afterprint', () => {
  for (const part of folded) part.open = false
})
