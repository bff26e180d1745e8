/// Makes a program of a schema.
struct SchemaCompiler {
    private let outline: SchemaOutline

    /// Compiles a schema that is a document of its own.
    static func compile(_ root: JSONValue, _ limits: JSONSchemaLimits) throws(JSONSchemaError) -> SchemaProgram {
        let compiler = SchemaCompiler(outline: try SchemaOutline(root, limits))
        var nodes: [SchemaNode] = []
        nodes.reserveCapacity(compiler.outline.places.count)
        for place in compiler.outline.places {
            nodes.append(SchemaNode(value: place.value, parent: place.parent, checks: try compiler.checks(of: place.value)))
        }
        try refuseCycles(nodes)
        return SchemaProgram(nodes: nodes, numbers: compiler.outline.numbers, limits: limits)
    }

    /// Refuses schemas that would be applied to the same value again and again.
    private static func refuseCycles(_ nodes: [SchemaNode]) throws(JSONSchemaError) {
        enum Mark { case new, open, done }
        var marks = Array(repeating: Mark.new, count: nodes.count)
        for start in nodes.indices {
            // A node is pushed to be opened and, below what follows from it, once more to be closed.
            var pending = [start]
            while let node = pending.popLast() {
                switch marks[node] {
                case .done: continue
                case .open: marks[node] = .done
                case .new:
                    marks[node] = .open
                    pending.append(node)
                    for next in nodes[node].checks.flatMap(\.inPlace) {
                        if marks[next] == .open {
                            throw JSONSchemaError(.referenceCycle, nodes[node].value, "must not apply itself to the same value without end")
                        }
                        if marks[next] == .new {
                            pending.append(next)
                        }
                    }
                }
            }
        }
    }

    private func checks(of value: JSONValue) throws(JSONSchemaError) -> [SchemaCheck] {
        guard value.kind == .object else {
            return value.boolean == false ? [.never] : []
        }
        let keywords = SchemaKeywords(value, outline)
        // In draft-07 all beside a `$ref` is ignored.
        if outline.dialect == .draft07, let reference = keywords[.reference] {
            return [.reference(try outline.target(of: reference))]
        }
        var checks: [SchemaCheck] = []
        try keywords.appendAny(to: &checks)
        try keywords.appendNumbers(to: &checks)
        try keywords.appendStrings(to: &checks)
        try keywords.appendObjects(to: &checks)
        try keywords.appendArrays(to: &checks)
        if let reference = keywords[.reference] {
            checks.append(.reference(try outline.target(of: reference)))
        }
        try keywords.appendCombinations(to: &checks)
        // These come last, because they need to know what all others have evaluated.
        if let items = keywords.node(.unevaluatedItems) {
            checks.append(.unevaluatedItems(items))
        }
        if let properties = keywords.node(.unevaluatedProperties) {
            checks.append(.unevaluatedProperties(properties))
        }
        return checks
    }
}
