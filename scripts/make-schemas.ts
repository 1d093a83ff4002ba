import {mkdirSync, writeFileSync} from 'node:fs'
import {partialSchema, reportSchema} from './type-schema.js'

mkdirSync('schemas', {recursive: true})
writeFileSync('schemas/report.schema.json', reportSchema())
writeFileSync('schemas/partial.schema.json', partialSchema())
