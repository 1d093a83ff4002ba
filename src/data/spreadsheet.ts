/** What a spreadsheet takes for the beginning of a formula, also in the wide characters of East Asian keyboards. */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** Whether a spreadsheet would run a cell of csv with this text. Numbers are none, whatever their sign. */
export const runsInSpreadsheet = (text: string): boolean => FORMULA.test(text) && !NUMBER.test(text)
