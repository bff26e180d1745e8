import ToolBridge

/// The statements that read changes over several kinds.
extension Statements {
    private static let changeLists = ChangeShape.all.map { SQLStatement(changesText($0)) }
    private static let changeEnds = [false, true].map { SQLStatement(endText(isNewestFirst: $0)) }

    /// Changes of a shape.
    ///
    /// Its parameters are tenant, subject and start; then those that the shape has of: end, one for each kind, time; and the limit.
    package static func changes(_ shape: ChangeShape) -> SQLStatement { changeLists[shape.number] }

    /// The number of the nth change, whatever it is; its parameters are tenant, subject, start, and n - 1.
    package static func endOfChanges(_ shape: ChangeShape) -> SQLStatement { changeEnds[shape.isNewestFirst ? 1 : 0] }

    private static func changesText(_ shape: ChangeShape) -> String {
        var conditions = ["tenant = $1", "subject = $2", "sequence \(shape.isNewestFirst ? "<" : ">") $3"]
        var parameter = 3
        func next() -> String {
            parameter += 1
            return "$\(parameter)"
        }
        if shape.hasResidue { conditions.append("sequence \(shape.isNewestFirst ? ">=" : "<=") \(next())") }
        // As an expression, so that the index of a kind isn't taken.
        if shape.hasKinds { conditions.append("kind || '' IN (\(ItemKind.allCases.map { _ in next() }.joined(separator: ", ")))") }
        if shape.hasTime { conditions.append("updated_at >= \(next())") }
        // The time and not the mark, which stands behind the payload.
        if !shape.includesDeleted { conditions.append("deleted_at IS NULL") }
        return "SELECT \(itemColumns), kind FROM item\nWHERE \(conditions.joined(separator: " AND "))\n"
            + "ORDER BY sequence\(shape.isNewestFirst ? " DESC" : "") LIMIT \(next())"
    }

    private static func endText(isNewestFirst: Bool) -> String {
        "SELECT sequence FROM item\nWHERE tenant = $1 AND subject = $2 AND sequence \(isNewestFirst ? "<" : ">") $3\n"
            + "ORDER BY sequence\(isNewestFirst ? " DESC" : "") LIMIT 1 OFFSET $4"
    }
}
