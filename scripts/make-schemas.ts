import {mkdirSync, writeFileSync} from 'node:fs'
import {layersSchema, partialSchema, reportSchema} from './type-schema.js'

mkdirSync('schemas', {recursive: true})
writeFileSync('schemas/report.schema.json', reportSchema())
writeFileSync('schemas/partial.schema.json', partialSchema())
writeFileSync('schemas/layers.schema.json', layersSchema())
