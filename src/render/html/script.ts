import {createHash} from 'node:crypto'

/**
 * The one script of a page: it makes the heads of marked tables buttons that sort, and gives long tables a field that
 * filters. It reads what the tables show and adds nothing to it, so a page without it is complete. A third press on a
 * head brings the order of the report back.
 */
export const SCRIPT = `(() => {
const collator = new Intl.Collator('en', {numeric: true})
const valueOf = (cell, isNumber) => {
const text = cell.textContent.trim()
if (text === '' || text === '–') return null
if (!isNumber) return text
const found = /[-+]?\\d[\\d.]*(?:e-?\\d+)?/.exec(text.replace(/,/g, '').replace(/−/g, '-'))
return found === null ? null : Number(found[0])
}
const compare = (a, b) => (typeof a === 'number' ? a - b : collator.compare(a, b))
for (const region of document.querySelectorAll('.scroll[data-sort]')) {
const table = region.querySelector('table')
const body = table.tBodies[0]
const rows = [...body.rows]
const heads = [...table.tHead.rows[0].cells]
heads.forEach((head, column) => {
const isNumber = head.classList.contains('num')
const button = document.createElement('button')
button.type = 'button'
button.className = 'sort'
button.append(...head.childNodes)
head.append(button)
button.addEventListener('click', () => {
const first = isNumber ? 'descending' : 'ascending'
const second = isNumber ? 'ascending' : 'descending'
const now = head.getAttribute('aria-sort')
const next = now === first ? second : now === second ? null : first
for (const other of heads) other.removeAttribute('aria-sort')
if (next !== null) head.setAttribute('aria-sort', next)
const sign = next === 'descending' ? -1 : 1
const keyed = rows.map((row) => ({row, key: valueOf(row.cells[column], isNumber)}))
if (next !== null) keyed.sort((a, b) => (a.key === null || b.key === null ? (a.key === null) - (b.key === null) : sign * compare(a.key, b.key)))
body.append(...keyed.map(({row}) => row))
})
})
if (region.dataset.sort !== 'filter') continue
const field = document.createElement('p')
field.className = 'filter'
const label = document.createElement('label')
label.append('Filter rows ')
const input = document.createElement('input')
input.type = 'search'
input.autocomplete = 'off'
input.spellcheck = false
label.append(input)
const status = document.createElement('span')
status.setAttribute('role', 'status')
field.append(label, status)
region.before(field)
input.addEventListener('input', () => {
const words = input.value.toLowerCase().split(/\\s+/).filter(Boolean)
let shown = 0
for (const row of rows) {
const text = [...row.cells].map((cell) => cell.textContent).join(' ').toLowerCase()
row.hidden = !words.every((word) => text.includes(word))
if (!row.hidden) shown++
}
status.textContent = words.length === 0 ? '' : shown + ' of ' + rows.length + ' rows'
})
}
})()`

/** What the page's policy allows to run: this script and no other. */
export const SCRIPT_SOURCE = `'sha256-${createHash('sha256').update(SCRIPT).digest('base64')}'`
