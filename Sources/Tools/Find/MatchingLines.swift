/// The lines of a search hit as plain text.
///
/// A hit's snippet is HTML in which only `<mark>` and `</mark>` are tags; a model needs the text alone.
struct MatchingLines {
    /// Display-escaped, without empty ones.
    let lines: [String]

    init(snippet: String) {
        lines = Self.text(of: snippet).unicodeScalars
            .split { $0 == "\n" || $0 == "\r" || $0 == "\u{2028}" || $0 == "\u{2029}" }
            .map { DisplayText.line(String($0), bytes: Self.lineBytes) }
            .filter { !$0.isEmpty }
    }

    /// How long a line may be, in bytes; a snippet is shorter already where its store keeps to the rules.
    private static var lineBytes: Int { 1_000 }

    /// Without the tags, and with the characters that stand for themselves.
    private static func text(of html: String) -> String {
        var text: [UInt8] = []
        var rest = Array(html.utf8)[...]
        text.reserveCapacity(rest.count)
        while let byte = rest.first {
            if byte == UInt8(ascii: "<") || byte == UInt8(ascii: "&"), let mark = marks.first(where: { rest.starts(with: $0.written) }) {
                text.append(contentsOf: mark.meant)
                rest = rest.dropFirst(mark.written.count)
            } else {
                text.append(byte)
                rest = rest.dropFirst()
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static let marks: [(written: [UInt8], meant: [UInt8])] = [
        ("<mark>", ""), ("</mark>", ""), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"),
    ].map { (Array($0.0.utf8), Array($0.1.utf8)) }
}
