import {resolve} from 'node:path'
import ts from 'typescript'

type Schema = Record<string, unknown>

/** The JSON schema (draft-07) of reports. */
export const reportSchema = () => typeSchema('src/documents/reports.ts', 'AnyReport', 'surety report')

/** The JSON schema (draft-07) of a list of layers. */
export const layersSchema = () => typeSchema('src/documents/subject.ts', 'LayerListing', 'surety list of layers')

/** The JSON schema (draft-07) of what a shard writes. */
export const partialSchema = () => typeSchema('src/documents/partials.ts', 'AnyPartial', 'surety partial result')

/** The JSON schema (draft-07) of a statement that `--attest` writes. */
export const attestationSchema = () =>
  typeSchema('src/documents/attestation.ts', 'AttestationStatement', 'surety attestation')

/**
 * The JSON schema (draft-07) of a gate's configuration. Unlike a report, which later versions extend, it is written by
 * hand: an unknown member is an error. `options`: the flags of the commands that checks run, for editors; which command
 * has which flag is checked when the gate runs.
 */
export function configSchema(options: Record<string, Schema>): string {
  const schema = JSON.parse(
    typeSchema('src/cli/gate-config.ts', 'ConfigFile', 'surety gate configuration'),
  ) as Schema & {definitions: Record<string, Schema>}
  const closed = Object.fromEntries(
    Object.entries(schema.definitions).map(([name, definition]) => [
      name,
      'properties' in definition ? {...definition, additionalProperties: false} : definition,
    ]),
  )
  const check = closed['CheckConfig']!['properties'] as Record<string, Schema>
  check['options'] = {...check['options'], properties: options}
  return JSON.stringify({...schema, definitions: closed}, null, 2) + '\n'
}

/**
 * A JSON schema (draft-07) of what surety writes, generated from the type `root` that `source` exports: the types are
 * the contract, the schema follows. Comments on members become descriptions.
 *
 * Knows what the report types use: interfaces with generics filled in, unions, intersections of objects, literals,
 * arrays, tuples, records and recursive aliases; anything else is an error. Unknown members are allowed, since later
 * versions add members.
 */
function typeSchema(source: string, root: string, title: string): string {
  const program = ts.createProgram([resolve(source)], {
    strict: true,
    exactOptionalPropertyTypes: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts'],
    types: [],
  })
  const checker = program.getTypeChecker()
  const file = program.getSourceFile(resolve(source))
  if (file === undefined) throw new Error(`${source} is missing: run this from the root of the repository`)
  const type = checker.getExportsOfModule(checker.getSymbolAtLocation(file)!).find((symbol) => symbol.name === root)
  if (type === undefined) throw new Error(`${source} exports no type ${root}`)
  const definitions = new Map<string, Schema>()
  const schema = new Converter(checker, root, definitions).convert(checker.getDeclaredTypeOfSymbol(type))
  const sorted = Object.fromEntries([...definitions].sort(([a], [b]) => (a < b ? -1 : 1)))
  return (
    JSON.stringify(
      {$schema: 'http://json-schema.org/draft-07/schema#', title, ...schema, definitions: sorted},
      null,
      2,
    ) + '\n'
  )
}

class Converter {
  constructor(
    private readonly checker: ts.TypeChecker,
    private readonly root: string,
    private readonly definitions: Map<string, Schema>,
  ) {}

  convert(type: ts.Type): Schema {
    // A union that is written with a name keeps it: this is also what ends the recursion of `Json`.
    if (type.isUnion() && type.aliasSymbol !== undefined && type.aliasSymbol.name !== this.root)
      return this.named(type.aliasSymbol.name, () => this.union(type))
    if (type.isUnion()) return this.union(type)
    if (type.isStringLiteral() || type.isNumberLiteral()) return {const: type.value}
    if (type.flags & ts.TypeFlags.String) return {type: 'string'}
    if (type.flags & ts.TypeFlags.Number) return {type: 'number'}
    if (type.flags & ts.TypeFlags.Null) return {type: 'null'}
    if (this.checker.isTupleType(type)) return this.tuple(type as ts.TupleTypeReference)
    if (this.checker.isArrayType(type))
      return {type: 'array', items: this.convert(this.checker.getTypeArguments(type as ts.TypeReference)[0]!)}
    if (type.isIntersection()) return this.members(type)
    if (type.flags & ts.TypeFlags.Object) return this.object(type)
    throw new Error(`no schema is known for the type ${this.checker.typeToString(type)}`)
  }

  private object(type: ts.Type): Schema {
    const {name, flags} = type.symbol
    // Filled-in generics and anonymous objects have no name of their own.
    if (!(flags & ts.SymbolFlags.Interface)) return this.members(type)
    return this.named(name, () => this.members(type))
  }

  private named(name: string, make: () => Schema): Schema {
    if (!this.definitions.has(name)) {
      this.definitions.set(name, {})
      this.definitions.set(name, make())
    }
    return {$ref: `#/definitions/${name}`}
  }

  private members(type: ts.Type): Schema {
    const properties = this.checker.getPropertiesOfType(type)
    const values = type.getStringIndexType()
    return {
      type: 'object',
      ...(properties.length > 0 && {
        properties: Object.fromEntries(properties.map((property) => [property.name, this.member(property)])),
        required: properties
          .filter((property) => !(property.flags & ts.SymbolFlags.Optional))
          .map((property) => property.name),
      }),
      ...(values !== undefined && {additionalProperties: this.convert(values)}),
    }
  }

  private member(property: ts.Symbol): Schema {
    const schema = this.convert(this.checker.getTypeOfSymbol(property))
    const description = ts.displayPartsToString(property.getDocumentationComment(this.checker))
    if (description === '') return schema
    // Beside $ref, draft-07 ignores everything.
    return '$ref' in schema ? {description, allOf: [schema]} : {description, ...schema}
  }

  private union(type: ts.UnionType): Schema {
    const isBoolean = (part: ts.Type) => (part.flags & ts.TypeFlags.BooleanLiteral) !== 0
    // Undefined is part of every optional member; JSON has no such value.
    const parts = type.types.filter((part) => !isBoolean(part) && !(part.flags & ts.TypeFlags.Undefined))
    const literals = parts.filter((part) => part.isStringLiteral() || part.isNumberLiteral()).map((part) => part.value)
    const others = parts
      .filter((part) => !part.isStringLiteral() && !part.isNumberLiteral())
      .map((part) => this.convert(part))
    const options: Schema[] = [
      ...(literals.length > 0 ? [{enum: literals}] : []),
      ...(type.types.some(isBoolean) ? [{type: 'boolean'}] : []),
      ...others,
    ]
    return options.length === 1 ? options[0]! : {anyOf: options}
  }

  private tuple(type: ts.TupleTypeReference): Schema {
    const items = this.checker.getTypeArguments(type).map((part) => this.convert(part))
    return {type: 'array', items, minItems: items.length, maxItems: items.length}
  }
}
