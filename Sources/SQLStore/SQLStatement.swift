/// A statement that is written once and prepared once a connection.
///
/// Its parameters are `$1` … `$n`, in this order and each once: SQLite numbers them by their first appearance.
package final class SQLStatement: Sendable {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }
}

extension SQLStatement: Hashable {
    package static func == (left: SQLStatement, right: SQLStatement) -> Bool { left === right }
    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// The words in which databases differ.
package struct SQLDialect: Sendable {
    /// Text that sorts by its bytes.
    package let text: String
    /// 64 bits.
    package let integer: String
    /// JSON, kept byte for byte.
    package let json: String
    package let bytes: String
    /// What follows the parenthesis of CREATE TABLE.
    package let tableOptions: String
    /// The same for a table that is little more than its primary key.
    package let keyTableOptions: String
    package let search: SQLSearch

    package init(
        text: String,
        integer: String,
        json: String,
        bytes: String,
        tableOptions: String,
        keyTableOptions: String,
        search: SQLSearch
    ) {
        self.text = text
        self.integer = integer
        self.json = json
        self.bytes = bytes
        self.tableOptions = tableOptions
        self.keyTableOptions = keyTableOptions
        self.search = search
    }
}
