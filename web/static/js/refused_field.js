// A page comes back with a form that was refused: the first field to be mended has the focus, so that it is in sight and a
// screen reader says it with its error, which is tied to it (WCAG 2.2, 3.3.1).
const refused = '[aria-invalid="true"], fieldset:has(> .error) :is(input, select, textarea)'
document.querySelector(`:is(${refused}):not(:disabled, [type="hidden"])`)?.focus()
