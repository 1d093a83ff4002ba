import {obeyPool} from '../frame/worker-loop.js'
import {type DriftPair, measureDocument, type MeasuredDocument, type OpenPair, openPair} from './measure-documents.js'

let open: OpenPair | null = null

obeyPool<DriftPair, MeasuredDocument>(
  async (pair) => {
    const opened = await openPair(pair)
    open = opened
    return (document) => measureDocument(opened, opened.alignment.documents[document]!)
  },
  () => Promise.resolve(open?.close()),
)
