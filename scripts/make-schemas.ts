import {mkdirSync, writeFileSync} from 'node:fs'
import {reportSchema} from './type-schema.js'

mkdirSync('schemas', {recursive: true})
writeFileSync('schemas/report.schema.json', reportSchema())
