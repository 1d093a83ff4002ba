import type {HtmlContent} from './escape.js'

export interface Section {
  id: string
  title: string
  body: HtmlContent
}
