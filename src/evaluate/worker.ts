import {obeyPool} from '../frame/worker-loop.js'
import {prepareTrainings, type SeedAccuracy, type TrainingJob} from './measure.js'

obeyPool<TrainingJob, SeedAccuracy>((job) => Promise.resolve(prepareTrainings(job)))
