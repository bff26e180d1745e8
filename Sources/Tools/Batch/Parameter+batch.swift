import JSON
import MCP
import ToolBridge

extension Parameter where Value == [JSONValue] {
    /// The items of a batch, 1 to ``Limits/batchOperations``.
    ///
    /// Taken also: a string holding the list as JSON, one item without a list around it, and JSON in a string for an item.
    ///
    /// - Parameter element: The schema of each.
    static func batch(_ element: JSONValue) -> Parameter<[JSONValue]> {
        var schema = JSONWriter()
        schema.object { writer in
            writer.member("type", "array")
            writer.member("maxItems", Limits.batchOperations)
            writer.member("items", element)
        }
        return Parameter(required: "items", schema: .literal(schema)) { argument throws(ArgumentError) in
            let list = try argument.list
            guard !list.isEmpty else { throw ArgumentError("items", "is empty: give 1 to \(Limits.batchOperations) items") }
            guard list.count <= Limits.batchOperations else {
                throw ArgumentError("items", "holds \(list.count) items: at most \(Limits.batchOperations) a call, so make several calls")
            }
            return list.map(\.withoutQuotes)
        }
    }
}

extension JSONValue {
    /// The elements of what should be a list.
    fileprivate var list: [JSONValue] {
        get throws(ArgumentError) {
            switch kind {
            case .array: return Array(elements)
            case .object: return [self]
            case .string:
                let text = string ?? ""
                if ItemReference(id: text) != nil { return [self] }
                do {
                    let value = try JSONValue(parsing: text, limits: .message)
                    if value.kind == .array || value.kind == .object { return try value.list }
                } catch let error as JSONError {
                    let fault = "\(error.reason) at byte \(error.position)"
                    throw ArgumentError(
                        parameter: "items",
                        message: "Invalid JSON string for items: \(fault); it must hold an array of items"
                    )
                } catch {
                    throw ArgumentError("items", "must be an array of items")
                }
                throw ArgumentError(parameter: "items", message: "Invalid JSON string for items: it must hold an array of items")
            default: throw ArgumentError("items", "must be an array of items")
            }
        }
    }

    /// What stands in a string that holds an object as JSON; any other value as it is.
    fileprivate var withoutQuotes: JSONValue {
        guard let string, string.utf8.first(where: { $0 > UInt8(ascii: " ") }) == UInt8(ascii: "{"),
            let value = try? JSONValue(parsing: string, limits: .message)
        else { return self }
        return value
    }
}
