import JSON

extension Parameter {
    /// The same parameter, marked: clients of 2026-07-28 repeat its value in the header `Mcp-Param-…` (R8).
    ///
    /// Never for anything secret or personal, because headers end in logs (R12). Strings, integers within ±(2^53−1) and booleans alone can be
    /// marked; the schema names that type alone, since a mark on several types is refused by clients. null is still taken where it was.
    /// - Parameter name: A token of RFC 9110, unique in its tool whatever its case.
    public func header(_ name: String) -> Parameter<Value> {
        var writer = JSONWriter()
        writer.object { writer in
            for member in schema.members {
                writer.key(escaping: member.key)
                writer.value(member.keyEquals("type" as StaticString) ? member.value.typeBesideNull : member.value)
            }
            writer.member("x-mcp-header", name)
        }
        // A second mark would be a second key; registration refuses the schema that stands for it, which has no type.
        let marked = (try? JSONValue(parsing: writer.bytes)) ?? ["x-mcp-header": ""]
        return Parameter(self.name, schema: marked, isRequired: isRequired) { argument throws(ArgumentError) in try read(argument) }
    }
}

extension JSONValue {
    /// Of a list of one type and "null" the one type; anything else as it is.
    fileprivate var typeBesideNull: JSONValue {
        let others = elements.filter { $0.string != "null" }
        return kind == .array && others.count == 1 ? others[0] : self
    }
}
