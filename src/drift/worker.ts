import {obeyPool} from '../frame/worker-loop.js'
import {measureDocument, type MeasuredDocument, type MeasureJob, type OpenPair, openPair} from './measure-documents.js'

let open: OpenPair | null = null

obeyPool<MeasureJob, MeasuredDocument>(
  async ({which, ...pair}) => {
    const opened = await openPair(pair)
    open = opened
    return (block) => measureDocument(opened, opened.alignment.documents[which[block]!]!)
  },
  () => Promise.resolve(open?.close()),
)
