import {mkdirSync, writeFileSync} from 'node:fs'
import {certifyFlags} from '../src/cli/certify-flags.js'
import {seedFlag} from '../src/cli/flags.js'
import {sanitizeFlags} from '../src/cli/sanitize-flags.js'
import {flagSchemas} from './flag-schemas.js'
import {attestationSchema, configSchema, layersSchema, partialSchema, reportSchema} from './type-schema.js'

mkdirSync('schemas', {recursive: true})
writeFileSync('schemas/report.schema.json', reportSchema())
writeFileSync('schemas/partial.schema.json', partialSchema())
writeFileSync('schemas/attestation.schema.json', attestationSchema())
writeFileSync('schemas/layers.schema.json', layersSchema())
writeFileSync('schemas/config.schema.json', configSchema(flagSchemas(certifyFlags, sanitizeFlags, {seed: seedFlag()})))
