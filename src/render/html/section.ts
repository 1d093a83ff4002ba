import type {Content} from './escape.js'

export interface Section {
  id: string
  title: string
  body: Content
}
