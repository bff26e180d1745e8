/// The statements that read lists.
extension Statements {
    private static let lists = ListShape.all.map { SQLStatement(listText($0)) }
    private static let ends = ListShape.all.map { SQLStatement(endText($0)) }

    /// Items of a shape.
    ///
    /// Its parameters are the shape's terms, twice where tombstones are included, and the limit.
    package static func list(_ shape: ListShape) -> SQLStatement { lists[shape.number] }

    /// The sequence number of the nth item of a shape without residue; its parameters are the shape's terms as above, and n - 1.
    package static func end(_ shape: ListShape) -> SQLStatement { ends[shape.number] }

    private static func listText(_ shape: ListShape) -> String {
        var parameter = 0
        let columns =
            shape.readsTags
            ? itemColumns.split(separator: ", ").map { $0 == "sequence" ? "item_tag.sequence AS sequence" : "item.\($0)" }
                .joined(separator: ", ") : itemColumns
        // CROSS: SQLite keeps the order, so that the index is the tag's.
        let tables = shape.readsTags ? "item_tag CROSS JOIN item" : "item"
        let join =
            shape.readsTags
            ? ["tenant", "subject", "kind", "uid"].map { "\n  AND item.\($0) = item_tag.\($0)" }.joined() : ""
        let halves = (shape.includesDeleted ? [0, 1] : [0]).map { isDeleted in
            "SELECT \(columns) FROM \(tables)\nWHERE \(conditions(shape, isDeleted, &parameter))\(join)"
        }
        return halves.joined(separator: "\nUNION ALL\n") + "\n\(order(shape)) LIMIT $\(parameter + 1)"
    }

    private static func endText(_ shape: ListShape) -> String {
        var parameter = 0
        let halves = (shape.includesDeleted ? [0, 1] : [0]).map { isDeleted in
            "SELECT sequence FROM \(shape.readsTags ? "item_tag" : "item")\nWHERE \(conditions(shape, isDeleted, &parameter))"
        }
        return halves.joined(separator: "\nUNION ALL\n") + "\n\(order(shape)) LIMIT 1 OFFSET $\(parameter + 1)"
    }

    private static func order(_ shape: ListShape) -> String {
        "ORDER BY sequence\(shape.isNewestFirst ? " DESC" : "")"
    }

    private static func conditions(_ shape: ListShape, _ isDeleted: Int, _ parameter: inout Int) -> String {
        let table = shape.readsTags ? "item_tag." : ""
        var conditions: [String] = []
        for term in shape.terms {
            parameter += 1
            let comparison: String =
                switch term {
                case .tenant: "tenant ="
                case .subject: "subject ="
                case .kind: "kind ="
                case .tag: "tag ="
                case .parentUID, .otherParentUID: "parent_uid ="
                case .status: "status ="
                case .start: shape.isNewestFirst ? "sequence <" : "sequence >"
                case .end: shape.isNewestFirst ? "sequence >=" : "sequence <="
                case .otherParentKind: "parent_kind ="
                // As an expression, so that its index isn't taken in the place of the parent's.
                case .otherStatus: "status || '' ="
                case .otherTime: "updated_at >="
                }
            if term == .start { conditions.append("\(table)is_deleted = \(isDeleted)") }
            conditions.append("\(table)\(comparison) $\(parameter)")
        }
        return conditions.joined(separator: " AND ")
    }
}
