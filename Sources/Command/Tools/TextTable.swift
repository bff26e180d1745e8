/// Columns of text, as wide as their longest entry.
struct TextTable {
    private var rows: [[String]]
    private let isNumber: [Bool]

    /// - Parameter heads: Those of numbers, which stand at the right, begin with `>`.
    init(_ heads: [String]) {
        isNumber = heads.map { $0.hasPrefix(">") }
        rows = [heads.map { $0.hasPrefix(">") ? String($0.dropFirst()) : $0 }]
    }

    mutating func add(_ row: [String]) {
        rows.append(row)
    }

    var text: String {
        let widths = isNumber.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let lines = rows.map { row in
            let cells = zip(zip(row, widths), isNumber).map { cell, isNumber in
                let space = String(repeating: " ", count: cell.1 - cell.0.count)
                return isNumber ? space + cell.0 : cell.0 + space
            }
            var line = cells.joined(separator: "  ")[...]
            while line.last == " " { line.removeLast() }
            return String(line)
        }
        return lines.joined(separator: "\n")
    }
}
