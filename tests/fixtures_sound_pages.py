"""What every page of the viewer is asked for in the browser: named controls, one title, nothing inline."""

NAMELESS = """() => {
  const named = (e) => e.labels?.length || e.getAttribute('aria-label') || e.getAttribute('aria-labelledby')
    || (e.matches('button, a, summary') && e.textContent.trim())
  const controls = 'input:not([type=hidden]), select, textarea, button, a, summary, [role=slider]'
  const seen = [...document.querySelectorAll(controls)]
  const ids = [...document.querySelectorAll('[id]')].map((e) => e.id)
  const referring = ['aria-labelledby', 'aria-describedby', 'for']
  const referred = referring.flatMap((name) => [...document.querySelectorAll(`[${name}]`)]
    .flatMap((e) => e.getAttribute(name).split(/\\s+/)))
  return {
    nameless: seen.filter((e) => !named(e)).map((e) => e.outerHTML),
    twice: ids.filter((id, at) => ids.indexOf(id) !== at),
    dangling: referred.filter((id) => !ids.includes(id)),
    mains: document.querySelectorAll('main').length,
    titles: document.querySelectorAll('h1').length,
    inline: document.querySelectorAll('[style], [onclick], body style').length,
  }
}"""
SOUND = {"nameless": [], "twice": [], "dangling": [], "mains": 1, "titles": 1, "inline": 0}
