import JSON
import MCP
import ToolBridge

/// Stored items on their way into a prompt, each in a message of its own or quoted line by line, as long as there is room (P3).
struct PromptMaterial: Sendable {
    private(set) var messages: [PromptMessage] = []
    /// How many bytes there is room for.
    private(set) var room: Int
    /// About what surrounds a text in its message.
    private static let envelopeBytes = 160

    init(bytes: Int) {
        room = bytes
    }

    /// Embeds items as resources, in their order, until one doesn't fit.
    ///
    /// - Parameters:
    ///   - contentBytes: How much of the content of each is shown.
    ///   - share: How much of the room they may take, in percent.
    /// - Returns: How many there was room for.
    mutating func embed(_ items: some Sequence<ItemView>, contentBytes: Int, share: Int = 100) -> Int {
        var count = 0
        let rest = room - room * share / 100
        for item in items {
            let markdown = ItemMarkdown(item).excerpt(contentBytes: contentBytes).text
            let bytes = markdown.writtenBytes + Self.envelopeBytes
            guard room - bytes >= rest else { break }
            append(item, markdown)
            room -= bytes
            count += 1
        }
        return count
    }

    /// Embeds the item that the prompt is about: it comes in any case, as much of it as there is room for.
    ///
    /// - Returns: Whether all of it came.
    mutating func embedWhole(_ item: ItemView, share: Int = 100) -> Bool {
        let contentBytes = max(room * share / 100 - 2_000, 1_000)
        let (markdown, isWhole) = ItemMarkdown(item).excerpt(contentBytes: contentBytes)
        append(item, markdown)
        room -= markdown.writtenBytes + Self.envelopeBytes
        return isWhole
    }

    /// Quotes items as JSON, one a line, until one doesn't fit.
    ///
    /// - Parameters:
    ///   - items: In the order in which they are to stand.
    ///   - heading: What they are; words of ours.
    ///   - keepingLast: Whether the first ones are left out where there is no room for all, and not the last.
    ///   - share: How much of the room they may take, in percent.
    ///   - write: Writes the members of one.
    /// - Returns: How many there was room for.
    mutating func quote<Quoted>(
        _ items: [Quoted],
        _ heading: String,
        keepingLast: Bool = false,
        share: Int = 100,
        _ write: (Quoted, inout JSONWriter) -> Void
    ) -> Int {
        let rest = room - room * share / 100
        var left = room - heading.utf8.count - Self.envelopeBytes
        var lines: [String] = []
        for index in items.indices {
            var writer = JSONWriter(reserving: 256)
            writer.object { write(items[keepingLast ? items.count - 1 - index : index], &$0) }
            let line = String(decoding: writer.bytes, as: UTF8.self)
            let bytes = line.writtenBytes + 2
            guard left - bytes >= rest else { break }
            left -= bytes
            lines.append(line)
        }
        guard !lines.isEmpty else { return 0 }
        if keepingLast { lines.reverse() }
        messages.append(.user("\(heading), one JSON object a line:\n\(lines.joined(separator: "\n"))"))
        room = left
        return lines.count
    }

    private mutating func append(_ view: ItemView, _ markdown: String) {
        messages.append(.user(.resource(EmbeddedResource(uri: view.item.reference.uri, mimeType: ItemMarkdown.mimeType, .text(markdown)))))
    }
}

extension String {
    /// How many bytes of an answer the text takes: within a JSON string some characters take two.
    fileprivate var writtenBytes: Int {
        utf8.reduce(0) { $0 + ($1 == UInt8(ascii: "\"") || $1 == UInt8(ascii: "\\") || $1 < 0x20 ? 2 : 1) }
    }
}
