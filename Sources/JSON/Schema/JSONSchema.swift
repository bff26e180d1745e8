/// A JSON Schema (2020-12, or draft-07 if `$schema` says so), compiled once and then checked against many values.
///
/// What isn't supported is refused when the schema is compiled and never ignored: unknown keywords, `$dynamicRef`, a `$ref` that leaves the
/// document, a pattern with lookaround or backreferences. `format` and the `content…` keywords are annotations, as is all that begins with
/// `x-`. Nothing is fetched, and checking takes bounded work and bounded stack whatever schema and value are.
public struct JSONSchema: Sendable {
    /// The schema as it was given, byte for byte.
    public let value: JSONValue
    let program: SchemaProgram
    /// The number of the subschema that values are checked against.
    private let root: Int

    /// Compiles a schema.
    ///
    /// - Throws: `JSONSchemaError`; the first reason why this schema can't be used, and its place.
    public init(_ value: JSONValue, limits: JSONSchemaLimits = .standard) throws(JSONSchemaError) {
        let own = value.copied()
        self.init(value: own, program: try SchemaCompiler.compile(own, limits), root: 0)
    }

    private init(value: JSONValue, program: SchemaProgram, root: Int) {
        self.value = value
        self.program = program
        self.root = root
    }

    /// Checks a value; nil if it fits, otherwise the first violation.
    ///
    /// A value that needs more steps or more depth than the limits allow doesn't fit (see `JSONSchemaViolation.exceedsLimits`).
    public func validate(_ value: JSONValue) -> JSONSchemaViolation? {
        var evaluation = SchemaEvaluation(program, of: value.document)
        let fits = evaluation.evaluate(root, value.index)
        guard fits, !evaluation.isExhausted else {
            return SchemaExplanation(program: program, value: value).violation(evaluation)
        }
        return nil
    }

    /// The subschema at a JSON Pointer (as "/$defs/Tool") as a schema of its own, with the same definitions; nil if there is none.
    public func subschema(at pointer: String) -> JSONSchema? {
        guard let place = value.resolve(Array(pointer.utf8)[...]), let number = program.numbers[place.index] else {
            return nil
        }
        return JSONSchema(value: place, program: program, root: number)
    }
}
